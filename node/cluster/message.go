package cluster

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
)

// Kind is what a message is.
type Kind string

// The kinds of messages between members.
const (
	JoinRequest   Kind = "join"         // may I join?
	MasterAnswer  Kind = "master"       // Address is the master: ask it
	Claim         Kind = "claim"        // may I be the master?
	ClaimAnswer   Kind = "claim-answer" // Yes or no
	List          Kind = "list"         // the master's list of Members
	Heartbeat     Kind = "heartbeat"    //
	Confirmation  Kind = "confirm"      // you are my master
	Removal       Kind = "remove"       // you are no member of mine, so remove me
	MergeQuestion Kind = "merge?"       // are you another cluster's master?
	MergeAnswer   Kind = "merge"        // yes, and these are its Members
	MergeOrder    Kind = "merge-into"   // leave this cluster and join that of Address
)

// Message is what one member tells another.
type Message struct {
	Kind    Kind
	From    Member
	Address netip.AddrPort // of MasterAnswer and MergeOrder
	Yes     bool           // of ClaimAnswer
	Members []Member       // of List and MergeAnswer, the oldest first
}

// ErrMessage is wrapped by the errors of Parse.
var ErrMessage = errors.New("bad message")

// Fields returns the message as text, except for its kind: the sender, Address
// and Yes if they are not zero, and the members, each with address, name and
// id.
//
//	from-address from-name from-id [address yes [address name id]...]
func (m Message) Fields() []string {
	f := m.From.fields(make([]string, 0, 5+3*len(m.Members)))
	if !m.Address.IsValid() && !m.Yes && len(m.Members) == 0 {
		return f
	}
	f = append(f, textOf(m.Address), strconv.FormatBool(m.Yes))
	for _, one := range m.Members {
		f = one.fields(f)
	}
	return f
}

func (m Member) fields(to []string) []string {
	return append(to, textOf(m.Address), m.Name, m.ID)
}

// textOf returns an address as text; "" if there is none.
func textOf(a netip.AddrPort) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

// addressOf reverses textOf.
func addressOf(text string) (netip.AddrPort, error) {
	if text == "" {
		return netip.AddrPort{}, nil
	}
	return netip.ParseAddrPort(text)
}

// Parse reverses Fields.
func Parse(k Kind, f []string) (m Message, err error) {
	if len(f) != 3 && (len(f) < 5 || len(f)%3 != 2) {
		return m, fmt.Errorf("cluster: %w: %s: got %d fields, want 3, or 5 and 3 for each member", ErrMessage, k, len(f))
	}
	m.Kind = k
	if m.From, err = memberOf(f); err != nil || len(f) == 3 {
		return m, err
	}
	if m.Address, err = addressOf(f[3]); err == nil {
		m.Yes, err = strconv.ParseBool(f[4])
	}
	if err != nil {
		return Message{}, fmt.Errorf("cluster: %w: %s: %w", ErrMessage, k, err)
	}
	for f = f[5:]; len(f) > 0; f = f[3:] {
		one, err := memberOf(f)
		if err != nil {
			return Message{}, err
		}
		m.Members = append(m.Members, one)
	}
	return m, nil
}

// memberOf reads a member from the first three fields.
func memberOf(f []string) (Member, error) {
	a, err := netip.ParseAddrPort(f[0])
	if err != nil {
		return Member{}, fmt.Errorf("cluster: %w: address: %w", ErrMessage, err)
	}
	return Member{a, f[1], f[2]}, nil
}
