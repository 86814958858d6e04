#!/usr/bin/env python3
"""Runs cells in a kernel of the image, one after another, and prints a line of JSON for each: what it gave, or its error.

    cells.py CELL...

A cell that begins with a tab is not run: the rest of it is completed, as the tab key does.
"""

import json
import sys

from jupyter_client.manager import start_new_kernel


def complete(client, text):
    client.complete(text)
    return {"texts": client.get_shell_msg(timeout=60)["content"]["matches"], "errors": []}


def run(client, cell):
    asked = client.execute(cell)
    outcome = {"texts": [], "errors": []}
    while True:
        message = client.get_iopub_msg(timeout=180)
        kind, content = message["msg_type"], message["content"]
        if message["parent_header"].get("msg_id") != asked:
            continue
        if kind == "status" and content["execution_state"] == "idle":
            break
        if kind == "stream":
            outcome["texts"].append(content["text"])
        elif kind in ("execute_result", "display_data", "update_display_data"):
            outcome["texts"].append(content["data"].get("text/plain", ""))
        elif kind == "error":
            outcome["errors"].append({"name": content["ename"], "shown": "\n".join(content["traceback"])})
    client.get_shell_msg(timeout=60)
    return outcome


def main():
    manager, client = start_new_kernel()
    try:
        for cell in sys.argv[1:]:
            outcome = complete(client, cell[1:]) if cell.startswith("\t") else run(client, cell)
            print(json.dumps(outcome), flush=True)
    finally:
        client.stop_channels()
        manager.shutdown_kernel()


if __name__ == "__main__":
    main()
