"""Refuses and records every connection that a checked package tries to make to anywhere but this machine.

Python imports it at its start when this folder is on PYTHONPATH. ASSENT_CALLS_OUT names the file for the record.
"""

import os
import socket
import sys

HERE = {"localhost", "127.0.0.1", "::1", "0.0.0.0", "", None}


def hook(event, arguments):
    """Python's own events for who is connected to, and which names are looked up."""
    if event == "socket.connect":
        address = arguments[1]
        if not isinstance(address, tuple) or address[0] in HERE:
            return
        where = str(address)
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        where = arguments[0].decode() if isinstance(arguments[0], bytes) else arguments[0]
        if where in HERE or where == socket.gethostname():
            return
    else:
        return
    record = os.environ.get("ASSENT_CALLS_OUT")
    if record:
        with open(record, "a", encoding="utf-8") as file:
            file.write(f"{event} {where}\n")
    raise OSError(f"nothing calls out in a check: {event} {where}")


sys.addaudithook(hook)
