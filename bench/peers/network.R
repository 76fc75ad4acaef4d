# What sna takes for the networks that `tongban bench network` makes. As network.py:
#
#   Rscript network.R versions
#   Rscript network.R measure sna TASK FOLDER ROUNDS LIMIT_S PERMUTATIONS

arguments <- commandArgs(trailingOnly = TRUE)

if (arguments[1] == "versions") {
  version <- if (requireNamespace("sna", quietly = TRUE)) sprintf('"%s"', packageVersion("sna")) else "null"
  cat(sprintf('{"sna": %s}\n', version))
  quit(save = "no")
}

suppressPackageStartupMessages(library(sna))
task <- arguments[3]
folder <- arguments[4]
rounds <- as.integer(arguments[5])
limit <- as.numeric(arguments[6])
permutations <- as.integer(arguments[7])

# Actors are numbered from one here.
read <- function(name) {
  path <- function(ending) file.path(folder, paste0(name, ".", ending))
  column <- function(ending, kind, bytes) {
    readBin(path(ending), kind, n = file.size(path(ending)) / bytes, size = bytes, endian = "little")
  }
  list(
    actors = as.integer(readLines(path("actors"), warn = FALSE)),
    arcs = cbind(column("from", "integer", 4) + 1, column("to", "integer", 4) + 1),
    weights = column("weight", "double", 8)
  )
}

cells <- function(name) {
  network <- read(name)
  matrix <- matrix(0, network$actors, network$actors)
  matrix[network$arcs] <- network$weights
  matrix
}

stacked <- function(names) aperm(simplify2array(lapply(names, cells)), c(3, 1, 2))

set.seed(1)
if (task == "betweenness") {
  network <- read("small")
  edges <- cbind(network$arcs, 1)
  attr(edges, "n") <- network$actors
  run <- function() betweenness(edges, gmode = "digraph", cmode = "directed")
  value <- sum
} else if (task == "qap") {
  both <- stacked(c("y", "x1"))
  run <- function() qaptest(both, gcor, g1 = 1, g2 = 2, reps = permutations)
  value <- function(found) found$testval
} else {
  y <- cells("y")
  x <- stacked(c("x1", "x2", "x3", "x4"))
  run <- function() netlm(y, x, nullhyp = "qapspp", reps = permutations)
  value <- function(found) sum(found$tstat)
}

timed <- function() {
  begun <- proc.time()[["elapsed"]]
  result <- run()
  list(seconds = proc.time()[["elapsed"]] - begun, result = result)
}

# The first round is to warm up, unless there is no time for more.
first <- timed()
seconds <- first$seconds
if (first$seconds * rounds <= limit / 2) {
  seconds <- vapply(seq_len(rounds), function(round) timed()$seconds, 0)
}
cat(sprintf('{"seconds": [%s], "value": %.17g}\n', paste(format(seconds, digits = 6), collapse = ", "), value(first$result)))
