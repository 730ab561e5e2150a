"""Tests of the running relay: real programs on free ports, real files, real sockets."""
