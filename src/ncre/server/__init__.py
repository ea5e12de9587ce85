"""The web server in front of the pages: which request is let in, how long it may take, how many wait.

Sockets, headers and bodies live in one event loop (uvicorn), so a slow or idle client costs no thread. A request is
given to a thread once it has arrived whole, in the lane that it belongs to.
"""
