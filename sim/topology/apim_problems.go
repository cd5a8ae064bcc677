package topology

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// localhost is the name by which a machine reaches itself.
const localhost = "localhost"

// Problems implements Program. What instances share is reported at each of
// them.
func (a APIM) Problems(at Place) []Problem {
	c := at.check()
	taken := map[uint16]string{}
	for _, name := range Names(a.Instances) {
		var path []string // of an instance that is called like the node
		if len(a.Instances) > 1 || name != at.Name {
			path = []string{"instances", name}
			c.name(path)
		}
		i := a.Instances[name]
		for _, port := range i.ports() {
			if other, twice := taken[port]; twice {
				c.fail(At(path, "offset"), "got port %d, which %s has as well: want another offset", port, other)
				break
			}
			taken[port] = name
		}
		for _, problem := range i.problems(at) {
			problem.Path = At(path, problem.Path...)
			c.problems = append(c.problems, problem)
		}
		if _, err := at.deployTo(a, i); err != nil {
			c.fail(At(path, "gateway"), "%v", err)
		}
	}
	c.artifacts(at.Node, a)
	return c.problems
}

// artifacts checks the files beside API managers, which hold their artifacts:
// one folder that all of them use, or one for each.
func (c *checker) artifacts(n Node, a APIM) {
	if n.Files == nil {
		return
	}
	for _, name := range Names(a.Instances) {
		has, where, path := n.Files.Artifacts, "files.artifacts", []string{"apis"}
		if len(a.Instances) > 1 {
			path = []string{"instances", name, "apis"}
		}
		if len(n.Files.Folders) > 0 {
			folder, exists := n.Files.Folders[name]
			if !exists {
				c.fail(path[:len(path)-1], "files.folders has none for %s, want one: its artifacts would be nowhere", name)
				continue
			}
			has, where = folder.Artifacts, "files.folders."+name+".artifacts"
		}
		for _, api := range a.Instances[name].APIs {
			if n.Files.Shared == "" && !slices.Contains(has, api) {
				c.fail(path, "got %s, want it among %s as well: that is where the artifacts are", api, where)
			}
		}
	}
}

// problems are those of one instance. Paths begin at it.
func (i APIMInstance) problems(at Place) []Problem {
	c := at.check()
	switch {
	case i.ReverseProxy == ReverseProxyOn && i.ProxyHost == "":
		c.fail([]string{"reverse-proxy"}, "got on without proxy-host, want the host that redirects name")
	case i.ReverseProxy != ReverseProxyOn && i.ProxyHost != "":
		c.fail([]string{"proxy-host"}, "got %s with reverse-proxy %s: only on uses it", i.ProxyHost, i.ReverseProxy)
	case i.ProxyHost != "":
		if _, err := ParseTarget("https://" + i.ProxyHost); err != nil {
			c.fail([]string{"proxy-host"}, "got %q, want an address or a name", i.ProxyHost)
		}
	}
	for _, source := range []struct {
		key string
		of  *DataSource
	}{{"data-source", i.DataSource}, {"user-data-source", i.Users}, {"registry-data-source", i.Mounted}} {
		if source.of != nil {
			c.dataSource([]string{source.key}, at.Node, *source.of)
		}
	}
	if err := CheckName(i.Certificate); err != nil {
		c.fail([]string{"certificate"}, "%v", err)
	}
	if err := CheckName(i.Keystore); err != nil {
		c.fail([]string{"keystore"}, "%v", err)
	}
	for _, list := range []struct {
		key   string
		names []string
	}{{"apis", i.APIs}, {"users", i.UserNames}} {
		for n, name := range list.names {
			at := []string{list.key, strconv.Itoa(n)}
			if err := CheckName(name); err != nil {
				c.fail(at, "%v", err)
			} else if slices.Contains(list.names[:n], name) {
				c.fail(at, "got %s twice", name)
			}
		}
	}
	return c.problems
}

// deployTo returns the address of the gateway to which an instance deploys.
// Programs need not be complete.
func (p Place) deployTo(own APIM, i APIMInstance) (netip.AddrPort, error) {
	host, text, hasPort := strings.Cut(i.Gateway, ":")
	port := uint64(APIMManagementPort)
	if hasPort {
		var err error
		if port, err = strconv.ParseUint(text, 10, 16); err != nil || port == 0 {
			return netip.AddrPort{}, fmt.Errorf("got %q, want a port from 1 to 65535", i.Gateway)
		}
	}
	address, offset, err := p.managementOf(own, i, host)
	if err != nil {
		return netip.AddrPort{}, err
	}
	if !hasPort {
		port += uint64(offset)
	}
	return netip.AddrPortFrom(address, uint16(port)), nil
}

// managementOf returns where the management of a host is: its address, and the
// offset of its port.
func (p Place) managementOf(own APIM, i APIMInstance, host string) (netip.Addr, int, error) {
	if host == localhost {
		return loopback, i.Offset, nil
	}
	if other, is := own.Instances[host]; is {
		return loopback, other.Offset, nil
	}
	if a, err := netip.ParseAddr(host); err == nil {
		holder := p.Topology.holder(a)
		if a != loopback && holder == "" {
			return a, 0, fmt.Errorf("got %s, want the address of a node", a)
		}
		return a, 0, nil
	}
	known := []string{localhost}
	for _, name := range Names(p.Topology.Nodes) {
		n := p.Topology.Nodes[name]
		if n.APIM == nil {
			continue
		}
		instances := instancesOf(n.APIM.APIMInstance, n.APIM.Instances, name)
		for _, instance := range Names(instances) {
			known = append(known, instance)
			if instance == host {
				return p.Topology.addressOf(name), instances[instance].Offset, nil
			}
		}
		if name == host {
			return p.Topology.addressOf(name), 0, nil
		}
	}
	return netip.Addr{}, 0, errors.New("there is no API manager " + strconv.Quote(host) + ", want " + AnyOf(host, known))
}
