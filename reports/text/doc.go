// Package text draws a run for people: an overview with a lane for each member,
// virtual IP and client, a line for each transition, the measures, and the
// verdict. It folds over events and measures and knows nothing of machines.
//
// # How to read the timeline
//
// In the overview time runs to the right, a column is a span of time, and a
// lane shows what held at its end:
//
//	            0s        10s       20s       30s       40s
//	            ┼─────────┼─────────┼─────────┼─────────┼──────
//	a           ○○○○○○○○○○◔◔◔◔◔◔◔◔◔◔●●●●●●●●●●●●●●●●●●●●······
//	192.0.2.100                     a━━━━━━━━━━━━━━━━━━━b━━━━━━
//	c1                              ────────────────────█ 7.9s
//	faults                                              ▼
//
// Members of standby groups (ASCII in parentheses):
//
//	· (.) Initial    ◌ (n) Learn      ○ (l) Listen     ◔ (s) Speak
//	◑ (S) Standby    ● (A) Active     ≈ (*) several changes in one column
//	✕ (x) no power   ↻ (b) booting    ‖ (z) frozen
//
// Virtual IPs, by who has the address configured: the name of the member and ━
// (-) for as long as it has it; a+b, if there is room, and ═ (=) in each column
// in which several have it for 5 ms or more; · (.) when nobody has, after
// somebody had.
//
// Clients: ─ (-) answers came, ╳ (x) requests or connections failed, █ (#) an
// outage, with its length if there is room; blank: nothing happened. Outages
// shorter than 5 ms are left to the table.
//
// If there are too many lanes of a sort, those to which most happened are
// drawn: members that were Active before all others, addresses that were held
// twice, clients with the longest outages.
//
// Faults: ▼ (v) applied, △ (^) healed.
//
// A name that is too long for its column loses what it shares with those from
// which it could not be told otherwise, else its middle: datapower…-a….
//
// In the list time runs downwards. A line has the instant, the time since the
// last fault, the lanes as they are now (in the order of the overview: members,
// then clients), the node, and what happened to it; what happened to one node
// at one instant is one line. A fault is a mark across the page, and the lanes
// are headed again below it; where there is no room for names next to each
// other, they run downwards. Requests that fail, connections that close and MAC
// addresses that move are gathered: "×20 until 47.1s". Repeated announcements
// and what goes as it should are in events.jsonl only. Of a long list the
// middle is left out, and the list says how much.
//
// A View narrows the timeline to a window, whose end belongs to it, and to some
// nodes. Faults and virtual IPs stay, and so do the measures: they are of the
// whole run. In a window of less than a second, instants have microseconds.
//
// An outage is the sum of its parts: detection (until a member noticed),
// election (until one was Active), announcement (until it said so), neighbour
// (until the client's frames went to it), service (while it refused, or did not
// answer), retry (while it could have answered, and the client waited). Package
// oracle defines them. Those that are zero in every row are left out. If they
// did not add up, the table would show ? between them.
//
// Start reading at run.go; timeline.go folds, overview.go and list.go draw.
package text
