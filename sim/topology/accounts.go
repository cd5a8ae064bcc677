package topology

import (
	"cmp"
	"net/netip"
	"net/url"
	"strings"
)

// Accounts is a small HTTP service whose registers and lists are rows of a
// database: GET BASE/KEY answers the text of a row, PUT writes it, POST adds a
// word to it. A teller uses it to find out what becomes of acknowledged writes.
type Accounts struct {
	Port     int        `yaml:"port" doc:"TCP port (default 80)" jsonschema:"minimum=1,maximum=65535"`
	Base     string     `yaml:"base" doc:"path in front of the keys (default /accounts)"`
	Database DataSource `yaml:"database" doc:"where the rows are, and the pool of connections to it" jsonschema:"required"`
}

// AccountsService is the service of accounts.
const AccountsService = "accounts"

// DefaultAccountsBase is the path in front of keys.
const DefaultAccountsBase = "/accounts"

// Complete implements Program.
func (a Accounts) Complete(at Place) Program {
	a.Port = cmp.Or(a.Port, DefaultPort)
	a.Base = cmp.Or(a.Base, DefaultAccountsBase)
	a.Database = a.Database.complete(at.Topology)
	return &a
}

// Problems implements Program.
func (a Accounts) Problems(at Place) []Problem {
	c := at.check()
	c.base([]string{"base"}, a.Base)
	c.dataSource([]string{"database"}, at.Node, a.Database)
	return c.problems
}

// base checks a path in front of keys.
func (c *checker) base(path []string, base string) {
	u, err := url.ParseRequestURI(base)
	if err != nil || base[0] != '/' || strings.HasSuffix(base, "/") || u.RawQuery != "" || u.EscapedPath() != base {
		c.fail(path, "got %q, want the path of a URL without a slash at its end, such as /accounts", base)
	}
}

// listens implements listener.
func (a Accounts) listens() []port { return []port{onAll("accounts", a.Port, "accounts", "port")} }

// Addresses implements Program.
func (Accounts) Addresses() []netip.Addr { return nil }

// ServiceNames implements Program.
func (Accounts) ServiceNames() []string { return []string{AccountsService} }

// Properties implements Program.
func (a Accounts) Properties() []Property { return serviceSwitches(a) }

// Faults implements Program.
func (Accounts) Faults() []string { return nil }
