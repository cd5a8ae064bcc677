# hosts.py starts hosts on one switch with Mininet and prints how long that took, from the instant in the
# arguments (seconds since the epoch) until Mininet says that they run. It is called by run.
import sys
import time

from mininet.log import setLogLevel
from mininet.net import Mininet
from mininet.nodelib import LinuxBridge
from mininet.topo import SingleSwitchTopo

since, hosts = float(sys.argv[1]), int(sys.argv[2])
setLogLevel("critical")
net = Mininet(topo=SingleSwitchTopo(k=hosts), switch=LinuxBridge, controller=None)
net.start()
up = time.time() - since
reached = net.ping(net.hosts[:2], timeout=5) == 0  # per cent lost
net.stop()
if not reached:
    sys.exit("mininet/run: one host does not reach the other")
print("switch=lxbr hosts=%d up_s=%.3f starts_per_s=%.3f" % (hosts, up, 1 / up))
