"""The web server in front of the daemon: nginx, for everyone but this machine.

It does what a server in Python does badly: TLS and HTTP/2, many slow and silent clients, limits for each
address, large files. The daemon behind it listens on a socket in the file system that nginx alone can reach.
On a device a unit of systemd runs it; elsewhere it is a child of the daemon.
"""
