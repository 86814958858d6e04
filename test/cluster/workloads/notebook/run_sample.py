#!/usr/bin/env python3
"""Runs a sample notebook in a kernel of its own, cell by cell, and prints as JSON what its `result` is and how many plots it
shows. Fails with the first cell that does.

    run_sample.py NOTEBOOK
"""

import json
import os
import sys

import nbclient
import nbformat

notebook = nbformat.read(sys.argv[1], as_version=4)
# One cell more than the reader sees: what the table of the notebook holds, exactly.
notebook.cells.append(nbformat.v4.new_code_cell("print(result.astype(str).to_json(orient='index'))"))
# As the server does it, a kernel works in its notebook's own folder, which is read-only.
folder = {"metadata": {"path": os.path.dirname(sys.argv[1])}}
nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3", resources=folder).execute()
outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
plots = sum("image/png" in output.get("data", {}) for output in outputs)
print(json.dumps({"result": json.loads(outputs[-1]["text"]), "plots": plots}))
