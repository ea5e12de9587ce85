"""The drill of a cluster on one machine, all on loopback: etcd, Patroni, PostgreSQL, HAProxy and ncre, and thirty faults.

`make drill` runs it; `python -m tests.drills.cluster --faults 5` a few of them.
"""
