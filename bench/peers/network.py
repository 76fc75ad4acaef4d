"""What Python packages of the field take for the networks that `tongban bench network` makes.

    network.py versions
    network.py measure PACKAGE TASK FOLDER ROUNDS LIMIT_S PERMUTATIONS

The first says which packages there are, the second how long each round took, and the median of the values by which it is
seen that all computed the same. A network is four files: how many actors, as text; from whom and to whom, 32 bits each; weights, 64.
Reading them, and making a network of them, is not timed.
"""

import array
import importlib.metadata
import json
import random
import statistics
import sys
import time

# Packages by the names that they are imported and installed under.
PACKAGES = {
    "igraph": "igraph",
    "networkx": "networkx",
    "networkit": "networkit",
    "rustworkx": "rustworkx",
    "numpy": "numpy",
}

# How many permutations are laid out at once: what stays within the caches.
AT_ONCE = 8


def versions():
    found = {}
    for package, installed in PACKAGES.items():
        try:
            __import__(package)
            found[package] = importlib.metadata.version(installed)
        except ImportError:
            found[package] = None
    return found


def read(folder, name):
    """How many actors, and arcs: from, to, weight."""

    def column(ending, kind):
        with open(f"{folder}/{name}.{ending}", "rb") as file:
            return array.array(kind, file.read())

    with open(f"{folder}/{name}.actors", encoding="ascii") as file:
        actors = int(file.read())
    return actors, column("from", "I"), column("to", "I"), column("weight", "d")


def igraph_of(folder, name, directed):
    import igraph

    actors, begins, ends, weights = read(folder, name)
    graph = igraph.Graph(actors, list(zip(begins, ends)), directed=directed)
    return graph, list(weights)


def igraph_betweenness(folder, _):
    graph, _ = igraph_of(folder, "small", True)
    return lambda _: graph.betweenness(directed=True), sum


def igraph_constraint(folder, _):
    graph, weights = igraph_of(folder, "large", True)
    return lambda _: graph.constraint(weights=weights), lambda all: sum(one for one in all if one == one)


def igraph_leiden(folder, _):
    graph, weights = igraph_of(folder, "large-undirected", False)

    def run(round):
        random.seed(round)
        # Until nothing changes any more, as ours.
        return graph.community_leiden(objective_function="modularity", weights=weights, n_iterations=-1)

    return run, lambda found: graph.modularity(found.membership, weights=weights)


def networkit_of(folder, name, weighted, directed):
    import networkit

    actors, begins, ends, weights = read(folder, name)
    graph = networkit.Graph(actors, weighted=weighted, directed=directed)
    for begin, end, weight in zip(begins, ends, weights):
        graph.addEdge(begin, end, weight)
    return networkit, graph


def networkit_betweenness(folder, _):
    networkit, graph = networkit_of(folder, "small", False, True)
    return lambda _: networkit.centrality.Betweenness(graph, normalized=False).run().scores(), sum


def networkit_leiden(folder, _):
    networkit, graph = networkit_of(folder, "large-undirected", True, False)

    def run(round):
        networkit.setSeed(round, False)
        return networkit.community.ParallelLeiden(graph, iterations=10).run().getPartition()

    return run, lambda found: networkit.community.Modularity().getQuality(found, graph)


def rustworkx_betweenness(folder, _):
    import rustworkx

    actors, begins, ends, weights = read(folder, "small")
    graph = rustworkx.PyDiGraph(multigraph=False)
    graph.add_nodes_from(range(actors))
    graph.add_edges_from(list(zip(begins, ends, weights)))
    run = lambda _: rustworkx.digraph_betweenness_centrality(graph, normalized=False)
    return run, lambda all: sum(all.values())


def networkx_betweenness(folder, _):
    import networkx

    actors, begins, ends, _ = read(folder, "small")
    graph = networkx.DiGraph()
    graph.add_nodes_from(range(actors))
    graph.add_edges_from(zip(begins, ends))
    return lambda _: networkx.betweenness_centrality(graph, normalized=False), lambda all: sum(all.values())


def matrix(folder, name):
    import numpy

    actors, begins, ends, weights = read(folder, name)
    cells = numpy.zeros((actors, actors))
    cells[numpy.frombuffer(begins, dtype="u4"), numpy.frombuffer(ends, dtype="u4")] = numpy.frombuffer(weights)
    return numpy, cells


def numpy_qap(folder, permutations):
    """Pearson's r of the cells off the diagonal. Only cells of the first network that are not 0 are looked up."""
    numpy, one = matrix(folder, "y")
    _, other = matrix(folder, "x1")
    actors = len(one)
    count = actors * (actors - 1)

    def run(_):
        rows, columns = numpy.nonzero(one)
        weights = one[rows, columns]
        chance = one.sum() * other.sum() / count
        spread = lambda cells: (cells * cells).sum() - cells.sum() ** 2 / count
        scale = numpy.sqrt(spread(one) * spread(other))
        flat = other.ravel()
        draws = numpy.random.default_rng(1)
        drawn = numpy.empty(permutations)
        for run in range(permutations):
            order = draws.permutation(actors)
            drawn[run] = flat.take((order * actors).take(rows) + order.take(columns)) @ weights
        r = ((one * other).sum() - chance) / scale
        drawn = (drawn - chance) / scale
        return r, (1 + (abs(drawn) >= abs(r)).sum()) / (1 + permutations)

    return run, lambda found: found[0]


def numpy_mrqap(folder, permutations):
    """Double semi-partialling. What is left of one network is permuted, and its t found from products with an orthonormal
    basis of the others (Frisch & Waugh): no regression is solved anew. The diagonal is 0 in every column."""
    numpy, y = matrix(folder, "y")
    actors = len(y)
    off = 1.0 - numpy.eye(actors)
    x = [off] + [matrix(folder, f"x{number}")[1] for number in range(1, 5)]

    def run(_):
        free = actors * (actors - 1) - len(x)
        draws = numpy.random.default_rng(1)
        orders = [draws.permutation(actors) for _ in range(permutations)]
        found = []
        for at, own in enumerate(x):
            basis, _ = numpy.linalg.qr(numpy.stack([one.ravel() for one in x[:at] + x[at + 1 :]], axis=1))
            left = y.ravel() - basis @ (basis.T @ y.ravel())
            rest = own.ravel() - basis @ (basis.T @ own.ravel())
            squares, unexplained = rest @ rest, left @ left
            beside = numpy.column_stack([basis, left])

            def t(product, squares):
                b = product / squares
                return b / numpy.sqrt((unexplained - b * product) / free / squares)

            cells = rest.reshape(actors, actors)
            sums = numpy.empty((permutations, beside.shape[1]))
            laid = numpy.empty((AT_ONCE, actors, actors))
            for begin in range(0, permutations, AT_ONCE):
                some = orders[begin : begin + AT_ONCE]
                for place, order in zip(laid, some):
                    numpy.take(cells.take(order, axis=0), order, axis=1, out=place, mode="clip")
                sums[begin : begin + len(some)] = laid[: len(some)].reshape(len(some), -1) @ beside
            drawn = t(sums[:, -1], squares - (sums[:, :-1] ** 2).sum(axis=1))
            observed = t(rest @ left, squares)
            found.append((observed, (1 + (abs(drawn) >= abs(observed)).sum()) / (1 + permutations)))
        return found

    return run, lambda found: sum(t for t, _ in found)


def measure(package, task, folder, rounds, limit_s, permutations):
    run, value = globals()[f"{package}_{task}"](folder, permutations)

    def timed(round):
        begun = time.perf_counter()
        result = run(round)
        return time.perf_counter() - begun, value(result)

    # The first round is to warm up, unless there is no time for more. What is drawn is drawn anew in each.
    made = [timed(1)]
    if made[0][0] * rounds <= limit_s / 2:
        made = [timed(round) for round in range(1, rounds + 1)]
    return {"seconds": [seconds for seconds, _ in made], "value": statistics.median(float(one) for _, one in made)}


def main():
    if sys.argv[1] == "versions":
        print(json.dumps(versions()))
    else:
        package, task, folder = sys.argv[2:5]
        rounds, limit_s, permutations = (int(number) for number in sys.argv[5:8])
        print(json.dumps(measure(package, task, folder, rounds, limit_s, permutations)))


main()
