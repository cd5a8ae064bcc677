package scenarios

import (
	"strings"
	"testing"
)

// systems is a scenario with a queue, a topic, a database, business documents,
// a cluster and an API manager. The expectation is on line 16.
const systems = `about: One of each.
duration: 60s
segments: {lan: {}}
nodes:
  mq: {nics: {lan: 192.0.2.50/24}, broker: {queues: {bills: {shared: on}}}}
  p: {nics: {lan: 192.0.2.51/24}, publisher: {queue: orders, brokers: {list: [mq]}}}
  k: {nics: {lan: 192.0.2.52/24}, consumer: {queue: letters, brokers: {list: [mq]}}}
  tm: {nics: {lan: 192.0.2.53/24}, throttle: {manager: {keys: [app1], publishers: {local: {list: [mq]}}}, gateway: {topic: news, brokers: {list: [mq]}}}}
  db: {nics: {lan: 192.0.2.60/24}, database: {}}
  api: {nics: {lan: 192.0.2.61/24}, accounts: {database: db}}
  t: {nics: {lan: 192.0.2.62/24}, teller: {target: "http://192.0.2.61/accounts"}}
  p1: {nics: {lan: 192.0.2.70/24}, partner: {}}
  am: {nics: {lan: 192.0.2.80/24}, apim: {data-source: db}, cluster: {members: [192.0.2.81]}}
  dev: {nics: {lan: 192.0.2.82/24}, developer: {portal: "https://192.0.2.80:9443/", publish: 10s}}
expect:
  - delivery: {queue: orders, lost: 0}
`

// TestProblemsOfSystems: questions that these systems cannot answer are told
// before the run, once, and with what can be asked.
func TestProblemsOfSystems(t *testing.T) {
	for _, c := range []struct{ item, at, want string }{
		{"delivery: {queue: orders.dead, waiting: 0}", "", ""},
		{"delivery: {queue: bills, failed: 0}", "", ""},
		{"delivery: {queue: letters, processed: 9}", "", ""},
		{"delivery: {topic: news, stale: 0, dropped: 0}", "", ""},
		{"delivery: {topic: throttleData, published: 9, failed: 0}", "", ""},
		{"delivery: {queue: order, lost: 0}", "16:23", `no node uses the queue "order", want bills, letters or orders (did you mean "orders"?)`},
		{"delivery: {topic: throttledata, stale: 0}", "16:23", `no node uses the topic "throttledata", want news or throttleData (did you mean "throttleData"?)`},
		{"delivery: {topic: news, lost: 0}", "16:23", "want a queue for these figures: of a topic only published, failed, dropped and stale are known"},
		{"delivery: {queue: orders, stale: 0}", "16:38", "got a queue, want a topic: decisions of throttling come over topics"},
		{"delivery: {queue: orders}", "16:15", "want at least one figure, such as lost: 0"},
		{"ledger: {book: acounts, lost: 0}", "16:20", `no teller has the book acounts, want accounts (did you mean "accounts"?)`},
		{"ledger: {book: accounts}", "16:13", "want at least one figure, such as lost: 0"},
		{"portal: {developer: am, lost: 0}", "16:25", "node am has no developer, want dev"},
		{"portal: {developer: deb, lost: 0}", "16:25", `there is no node "deb", want dev (did you mean "dev"?)`},
		{"portal: {developer: dev}", "16:13", "want something to expect, such as lost: 0"},
		{"exchange: {from: [p1, am], lost: 0}", "16:22", "node am exchanges no business documents, want p1"},
		{"exchange: {from: [p1]}", "16:15", "want a count, such as lost: 0"},
		{"activities: {}", "16:17", "want a count, such as twice: 0"},
	} {
		_, err := Parse("x", []byte(strings.Replace(systems, "delivery: {queue: orders, lost: 0}", c.item, 1)))
		invalid, _ := IsInvalid(err)
		switch {
		case c.want == "" && err == nil:
		case invalid == nil || len(invalid.Problems) != 1:
			t.Errorf("%s: got %v, want %q", c.item, err, c.want)
		case !strings.HasPrefix(invalid.Problems[0].String(), c.at+": expect.0.") || !strings.HasSuffix(invalid.Problems[0].Message, c.want):
			t.Errorf("%s: got %s, want %s %s", c.item, invalid.Problems[0], c.at, c.want)
		}
	}
}

// TestProblemsOfNobody: where nobody does what is asked about, that is the
// problem.
func TestProblemsOfNobody(t *testing.T) {
	for item, want := range map[string]string{
		"delivery: {queue: orders, lost: 0}": "expect.0.delivery.queue: no node uses a queue",
		"delivery: {topic: news, failed: 0}": "expect.0.delivery.topic: no node uses a topic",
		"ledger: {lost: 0}":                  "expect.0.ledger: no node has a teller",
		"exchange: {lost: 0}":                "expect.0.exchange: no node exchanges business documents",
		"portal: {lost: 0}":                  "expect.0.portal: no node has a developer",
		"activities: {twice: 0}":             "expect.0.activities: no node has a cluster",
	} {
		_, err := Parse("x", []byte("about: Nobody.\nduration: 60s\nsegments: {lan: {}}\nnodes: {a: {nics: {lan: 192.0.2.11/24}}}\nexpect: [{"+item+"}]\n"))
		if invalid, is := IsInvalid(err); !is || len(invalid.Problems) != 1 || !strings.Contains(invalid.Problems[0].String(), want+"\n") {
			t.Errorf("%s: got %v, want %s", item, err, want)
		}
	}
}
