# hosts.py starts hosts on one switch with Mininet and prints how long that took, from the instant in the
# arguments (seconds since the epoch): until Mininet says that they run, and until the first frame of a host that
# sends one every 10 ms is on the wire. It is called by run.
import socket
import sys
import time

from mininet.log import setLogLevel
from mininet.net import Mininet
from mininet.nodelib import LinuxBridge
from mininet.topo import SingleSwitchTopo

ETH_P_ALL = 3
since, hosts = float(sys.argv[1]), int(sys.argv[2])
setLogLevel("critical")
net = Mininet(topo=SingleSwitchTopo(k=hosts), switch=LinuxBridge, controller=None)
net.start()
up = time.time() - since
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
wire.bind(("s1-eth1", 0))
wire.settimeout(10)
sender = net.hosts[0].popen("ping -b -i 0.01 10.255.255.255")
mac = bytes.fromhex(net.hosts[0].MAC().replace(":", ""))
while wire.recv(2048)[6:12] != mac:
    pass
frame = time.time() - since
sender.kill()
net.stop()
print("switch=lxbr hosts=%d up_s=%.3f frame_s=%.3f starts_per_s=%.3f" % (hosts, up, frame, 1 / frame))
