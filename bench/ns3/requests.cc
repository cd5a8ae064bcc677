// requests: TCP request and answer between two ns-3 hosts on one switch.
//
// This is the workload of cablepull's own request benchmark, written for ns-3, so that the two can be
// compared: C connections, started a gap apart, each making R requests of 28 bytes, each answered with a
// payload, the next request leaving when the answer is complete. It prints one line of key=value.
// Where ns-3 left a choice, we took the one that costs it less; bench/README.md lists the choices.
//
// Read main first, then Lan (the two hosts and the switch), Server and Client.

#include "ns3/bridge-module.h"
#include "ns3/core-module.h"
#include "ns3/internet-module.h"
#include "ns3/network-module.h"

#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

using namespace ns3;

namespace
{

constexpr uint16_t PORT = 80;
constexpr uint32_t REQUEST_BYTES = 28; // "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
constexpr const char* ROOMY = "10000000p"; // no queue may ever be the bottleneck

// Lan is the network: a client host, a server host, and what lies between them.
class Lan
{
  public:
    // With a bridge, each host has its own cable to a switch node, and the latency is split between the two
    // cables. Without, one cable joins the hosts: no switch at all, the least ns-3 can do per frame.
    Lan(bool bridge, Time latency)
    {
        m_hosts.Create(2);
        if (bridge)
        {
            auto sw = CreateObject<Node>();
            auto device = CreateObject<BridgeNetDevice>();
            sw->AddDevice(device);
            for (uint32_t i = 0; i < 2; i++)
            {
                auto cable = NewCable(latency / 2);
                m_nics.Add(Plug(m_hosts.Get(i), cable));
                device->AddBridgePort(Plug(sw, cable).Get(0));
            }
        }
        else
        {
            auto cable = NewCable(latency);
            m_nics.Add(Plug(m_hosts.Get(0), cable));
            m_nics.Add(Plug(m_hosts.Get(1), cable));
        }
        InstallStacks();
    }

    Ptr<Node> ClientHost() const
    {
        return m_hosts.Get(0);
    }

    Ptr<Node> ServerHost() const
    {
        return m_hosts.Get(1);
    }

    Ipv4Address ServerAddress() const
    {
        return m_addresses.GetAddress(1);
    }

    // Frames is how many frames the two hosts sent; what the switch forwards is not counted again.
    uint64_t Frames() const
    {
        return TxQueue(0)->GetTotalReceivedPackets() + TxQueue(1)->GetTotalReceivedPackets();
    }

    uint64_t Drops() const
    {
        return TxQueue(0)->GetTotalDroppedPackets() + TxQueue(1)->GetTotalDroppedPackets();
    }

  private:
    // A SimpleChannel carries any number of frames at once. A CsmaChannel would not do here: it is busy
    // until a frame has arrived, so 50 µs of latency would mean 20,000 frames per second at most.
    static Ptr<SimpleChannel> NewCable(Time latency)
    {
        auto cable = CreateObject<SimpleChannel>();
        cable->SetAttribute("Delay", TimeValue(latency));
        return cable;
    }

    // Plug adds a network card of unlimited rate to a node. It is built by hand because SimpleNetDeviceHelper
    // would also put a traffic-control layer above it, which costs time per packet and does nothing here.
    static NetDeviceContainer Plug(Ptr<Node> node, Ptr<SimpleChannel> cable)
    {
        auto queue = CreateObject<DropTailQueue<Packet>>();
        queue->SetAttribute("MaxSize", QueueSizeValue(QueueSize(ROOMY)));
        auto nic = CreateObject<SimpleNetDevice>();
        nic->SetQueue(queue);
        nic->SetAddress(Mac48Address::Allocate());
        nic->SetMtu(1500);
        node->AddDevice(nic);
        nic->SetChannel(cable);
        return NetDeviceContainer(nic);
    }

    void InstallStacks()
    {
        InternetStackHelper stack;
        stack.SetIpv6StackInstall(false);
        stack.SetIpv4ArpJitter(false);
        stack.SetRoutingHelper(Ipv4StaticRoutingHelper());
        stack.Install(m_hosts);
        Ipv4AddressHelper addresses("10.0.0.0", "255.255.0.0");
        m_addresses = addresses.Assign(m_nics);
    }

    Ptr<Queue<Packet>> TxQueue(uint32_t host) const
    {
        return DynamicCast<SimpleNetDevice>(m_nics.Get(host))->GetQueue();
    }

    NodeContainer m_hosts;
    NetDeviceContainer m_nics;
    Ipv4InterfaceContainer m_addresses;
};

// Send hands n bytes to the socket. All send buffers are larger than a payload, so a short write is a bug.
void
Send(Ptr<Socket> socket, uint32_t n)
{
    int sent = socket->Send(Create<Packet>(n));
    NS_ABORT_MSG_IF(sent != static_cast<int>(n), "short write: got " << sent << ", want " << n);
}

// Drain reads all there is and returns the number of bytes.
uint32_t
Drain(Ptr<Socket> socket)
{
    uint32_t n = 0;
    while (auto packet = socket->Recv())
    {
        n += packet->GetSize();
    }
    return n;
}

// Server answers every complete request with a payload.
class Server
{
  public:
    Server(Ptr<Node> host, uint32_t payload)
        : m_payload(payload),
          m_listener(Socket::CreateSocket(host, TcpSocketFactory::GetTypeId()))
    {
        m_listener->Bind(InetSocketAddress(Ipv4Address::GetAny(), PORT));
        m_listener->Listen();
        m_listener->SetAcceptCallback(MakeNullCallback<bool, Ptr<Socket>, const Address&>(),
                                      MakeCallback(&Server::Accept, this));
    }

  private:
    void Accept(Ptr<Socket> socket, const Address& /* from */)
    {
        auto unread = std::make_shared<uint32_t>(0);
        socket->SetRecvCallback([this, unread](Ptr<Socket> s) {
            for (*unread += Drain(s); *unread >= REQUEST_BYTES; *unread -= REQUEST_BYTES)
            {
                Send(s, m_payload);
            }
        });
        auto close = [](Ptr<Socket> s) { s->Close(); };
        socket->SetCloseCallbacks(close, close);
    }

    uint32_t m_payload;
    Ptr<Socket> m_listener;
};

// Client is one connection that makes its requests one after the other, then closes.
class Client
{
  public:
    // Totals is what all clients of a run share. The run stops when nobody is left.
    struct Totals
    {
        uint64_t answered;
        uint32_t running;
    };

    Client(Ptr<Node> host, uint32_t requests, uint32_t payload, Totals& totals)
        : m_host(host),
          m_left(requests),
          m_payload(payload),
          m_totals(totals)
    {
    }

    void Start(InetSocketAddress server)
    {
        auto socket = Socket::CreateSocket(m_host, TcpSocketFactory::GetTypeId());
        socket->SetConnectCallback([](Ptr<Socket> s) { Send(s, REQUEST_BYTES); },
                                   [](Ptr<Socket>) { NS_FATAL_ERROR("connection refused or lost"); });
        socket->SetRecvCallback(MakeCallback(&Client::Receive, this));
        socket->Connect(server);
    }

  private:
    void Receive(Ptr<Socket> socket)
    {
        m_unread += Drain(socket);
        if (m_unread < m_payload)
        {
            return;
        }
        m_unread -= m_payload;
        m_totals.answered++;
        if (--m_left > 0)
        {
            Send(socket, REQUEST_BYTES);
            return;
        }
        socket->Close();
        if (--m_totals.running == 0)
        {
            Simulator::Stop();
        }
    }

    Ptr<Node> m_host;
    uint32_t m_left;
    uint32_t m_payload;
    uint32_t m_unread = 0;
    Totals& m_totals;
};

// CpuSeconds is user plus system time of this process so far.
double
CpuSeconds()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    auto seconds = [](timeval t) { return t.tv_sec + t.tv_usec / 1e6; };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double
WallSeconds()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

} // namespace

int
main(int argc, char* argv[])
{
    uint32_t connections = 100;
    uint32_t requests = 100;
    uint32_t payload = 1000;
    Time latency = MicroSeconds(100);
    Time gap = MilliSeconds(1);
    bool bridge = true;
    // A few per cent faster here than the default, ns3::MapScheduler; the order of events is the same.
    GlobalValue::Bind("SchedulerType", StringValue("ns3::PriorityQueueScheduler"));
    CommandLine cmd(__FILE__);
    cmd.AddValue("connections", "TCP connections", connections);
    cmd.AddValue("requests", "requests per connection", requests);
    cmd.AddValue("payload", "bytes of an answer, at least 1", payload);
    cmd.AddValue("latency", "one way, host to host", latency);
    cmd.AddValue("gap", "between the starts of two connections", gap);
    cmd.AddValue("switch", "a switch between the hosts; without it one cable joins them", bridge);
    cmd.Parse(argc, argv);
    NS_ABORT_MSG_IF(connections == 0 || requests == 0 || payload == 0, "all counts must be at least 1");

    Config::SetDefault("ns3::TcpSocket::SegmentSize", UintegerValue(1448)); // the default is 536
    Config::SetDefault("ns3::ArpCache::PendingQueueSize", UintegerValue(connections)); // the default is 3

    double cpu = CpuSeconds();
    double wall = WallSeconds();
    Lan lan(bridge, latency);
    Server server(lan.ServerHost(), payload);
    InetSocketAddress address(lan.ServerAddress(), PORT);
    Client::Totals totals{0, connections};
    std::vector<std::unique_ptr<Client>> clients;
    for (uint32_t i = 0; i < connections; i++)
    {
        clients.push_back(std::make_unique<Client>(lan.ClientHost(), requests, payload, totals));
        Simulator::Schedule(gap * i, &Client::Start, clients.back().get(), address);
    }
    Simulator::Run();
    cpu = CpuSeconds() - cpu;
    wall = WallSeconds() - wall;

    uint64_t want = uint64_t(connections) * requests;
    NS_ABORT_MSG_IF(totals.answered != want, "requests answered: got " << totals.answered << ", want " << want);
    NS_ABORT_MSG_IF(lan.Drops() != 0, "frames dropped: got " << lan.Drops() << ", want 0");
    std::printf("connections=%u requests=%u payload=%u gap_us=%ld switch=%d answered=%lu frames=%lu simulated_s=%.6f "
                "wall_s=%.3f cpu_s=%.3f answered_per_cpu_s=%.0f frames_per_cpu_s=%.0f\n",
                connections,
                requests,
                payload,
                gap.GetMicroSeconds(),
                bridge,
                totals.answered,
                lan.Frames(),
                Simulator::Now().GetSeconds(),
                wall,
                cpu,
                totals.answered / cpu,
                lan.Frames() / cpu);
    Simulator::Destroy();
    return 0;
}
