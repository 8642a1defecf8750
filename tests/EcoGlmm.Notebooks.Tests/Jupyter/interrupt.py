"""Runs the cells in the JSON file given, in the kernel named, as Jupyter does. A cell that displays something while "interrupt" is set
gets the stop button pressed at its third update. Prints what came of each cell as JSON."""
import json
import queue
import signal
import sys
import time

from jupyter_client import KernelManager


def run(client, manager, cell):
    request, started, stopped, updates, outputs = client.execute(cell["code"]), time.time(), None, 0, []
    while time.time() - started < cell["limit"]:
        try:
            message = client.get_iopub_msg(timeout=1)
        except queue.Empty:
            continue
        if message["parent_header"].get("msg_id") != request:
            continue
        kind, content = message["msg_type"], message["content"]
        if kind == "status" and content["execution_state"] == "idle":
            return {"outputs": outputs, "stopped": stopped and time.time() - stopped, "ended": True}
        updates += kind == "update_display_data"
        if cell["interrupt"] and updates == 3 and not stopped:
            stopped = time.time()
            manager.interrupt_kernel()
        if kind in ("error", "execute_result"):
            outputs.append({"kind": kind, "text": json.dumps(content)})
    return {"outputs": outputs, "stopped": stopped and time.time() - stopped, "ended": False}


with open(sys.argv[2]) as file:
    cells = json.load(file)
# What is started in the background of a shell ignores the signal that the button sends, and so would the kernel.
signal.signal(signal.SIGINT, signal.default_int_handler)
manager = KernelManager(kernel_name=sys.argv[1])
manager.start_kernel()
client = manager.client()
client.start_channels()
client.wait_for_ready(timeout=600)
results = [run(client, manager, cell) for cell in cells]
print("RESULT " + json.dumps({"cells": results, "alive": manager.is_alive()}))
manager.shutdown_kernel(now=True)
