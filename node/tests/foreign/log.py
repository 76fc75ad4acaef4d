"""Reads a log of events with pm4py, and writes it again; or says what pm4py finds in it.

    python log.py xes|ocel IN OUT     read, then written
    python log.py sna IN              the relations of process mining in an XES file, as JSON

pm4py is under the AGPL. It is run here as a program of its own, in tests alone: nothing of it is linked with this project,
copied into it or shipped with it.
"""

import json
import sys

import pm4py

what, path_in, *rest = sys.argv[1:]

if what == "xes":
    pm4py.write_xes(pm4py.read_xes(path_in), rest[0])
elif what == "ocel":
    pm4py.write_ocel2_json(pm4py.read_ocel2_json(path_in), rest[0])
elif what == "sna":
    from pm4py.algo.organizational_mining.sna.variants.log import handover, jointactivities, working_together

    log = pm4py.convert_to_event_log(pm4py.read_xes(path_in))
    found = {
        "handover": handover.apply(log, {"beta": 0}),
        "handover, beta 0.5": handover.apply(log, {"beta": 0.5}),
        "together": working_together.apply(log, {}),
        "joint": jointactivities.apply(log, {}),
    }
    ties = {
        name: [[one, other, float(weight)] for (one, other), weight in sorted(sna.connections.items())]
        for name, sna in found.items()
    }
    print(json.dumps({"cases": len(log), "ties": ties}, ensure_ascii=False))
else:
    sys.exit(f"no such task: {what}")
