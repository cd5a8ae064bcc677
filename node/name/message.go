package name

import (
	"net/netip"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// answer is what a name server says about a name.
type answer struct {
	addresses []netip.Addr
	ttl       time.Duration // the shortest of them
	reason    string        // why there are none; empty: there are some
}

// questionOf returns the message that asks for the addresses of a name: RFC
// 1035 §4. It wants a server that asks others, as stubs do.
func questionOf(id uint16, name dnsmessage.Name) ([]byte, error) {
	m := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: id, RecursionDesired: true},
		Questions: []dnsmessage.Question{aQuestion(name)},
	}
	return m.Pack()
}

func aQuestion(name dnsmessage.Name) dnsmessage.Question {
	return dnsmessage.Question{Name: name, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}
}

// answerOf reads the answer to a question. It reports false for any other
// message.
func answerOf(data []byte, id uint16, name dnsmessage.Name) (answer, bool) {
	var m dnsmessage.Message
	if m.Unpack(data) != nil || !m.Response || m.ID != id || len(m.Questions) != 1 || m.Questions[0] != aQuestion(name) {
		return answer{}, false
	}
	switch m.RCode {
	case dnsmessage.RCodeSuccess:
	case dnsmessage.RCodeNameError:
		return answer{reason: Unknown}, true
	default:
		return answer{reason: Failed}, true
	}
	a := answer{reason: Empty}
	for _, r := range m.Answers {
		body, is := r.Body.(*dnsmessage.AResource)
		if !is {
			continue
		}
		ttl := time.Duration(r.Header.TTL) * time.Second
		if a.reason != "" || ttl < a.ttl {
			a.ttl = ttl
		}
		a.reason = ""
		a.addresses = append(a.addresses, netip.AddrFrom4(body.A))
	}
	return a, true
}
