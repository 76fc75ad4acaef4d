"""Reads a network with another program's reader, and writes it with its writer.

    python network.py networkx|igraph FORMAT IN OUT_FORMAT OUT
"""

import sys

tool, format_in, path_in, format_out, path_out = sys.argv[1:]

if tool == "networkx":
    import networkx

    def read_pajek(path):
        # The mark by which Pajek knows UTF-8 is no part of the text.
        with open(path, encoding="utf-8-sig") as file:
            return networkx.parse_pajek(file)

    readers = {"graphml": networkx.read_graphml, "gexf": networkx.read_gexf, "pajek": read_pajek}
    writers = {"graphml": networkx.write_graphml, "gexf": networkx.write_gexf, "pajek": networkx.write_pajek}
    network = readers[format_in](path_in)
    writers[format_out](network, path_out)
elif tool == "igraph":
    import igraph

    readers = {"graphml": igraph.Graph.Read_GraphML, "pajek": igraph.Graph.Read_Pajek, "dl": igraph.Graph.Read_DL}
    writers = {"graphml": igraph.Graph.write_graphml, "pajek": igraph.Graph.write_pajek}
    network = readers[format_in](path_in)
    writers[format_out](network, path_out)
else:
    sys.exit(f"no such tool: {tool}")
