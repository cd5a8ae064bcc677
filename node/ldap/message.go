package ldap

import (
	"bufio"
	"fmt"
	"io"
	"unicode/utf8"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// messageMax is the maximum size of a message: a peer decides how much it
// announces.
const messageMax = 64 << 10

// The tags of operations, of class application: RFC 4511 §4.2 to §4.12.
const (
	tagBindRequest  ber.Tag = 0
	tagBindResponse ber.Tag = 1
	tagAbandon      ber.Tag = 16
)

// responses are the tags of the responses to requests other than binds.
var responses = map[ber.Tag]ber.Tag{
	3: 5, 6: 7, 8: 9, 10: 11, 12: 13, 14: 15, // search, modify, add, delete, rename, compare
	23: 24, // extended
}

// tagSimple is the context tag of a password in a bind request.
const tagSimple ber.Tag = 0

// MessageError reports bytes that are no message of LDAP, or not the message
// that is due.
type MessageError struct{ Detail string }

func (e *MessageError) Error() string { return "ldap: message: " + e.Detail }

func malformed(format string, args ...any) error {
	return &MessageError{fmt.Sprintf(format, args...)}
}

// BindRequest asks to be authenticated by a password: RFC 4511 §4.2. Without DN
// and password it is anonymous.
//
//	LDAPMessage ::= SEQUENCE { messageID INTEGER, protocolOp, controls [0] OPTIONAL }
//	BindRequest ::= [APPLICATION 0] SEQUENCE { version INTEGER, name OCTET STRING,
//	                authentication CHOICE { simple [0] OCTET STRING, sasl [3] } }
type BindRequest struct {
	ID       int64 // of the message, 1 to 2147483647
	Version  int64 // 3
	DN       string
	Password string
}

// Marshal returns the message.
func (r BindRequest) Marshal() []byte {
	op := ber.Encode(ber.ClassApplication, ber.TypeConstructed, tagBindRequest, nil, "")
	op.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, r.Version, ""))
	op.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, r.DN, ""))
	op.AppendChild(ber.NewString(ber.ClassContext, ber.TypePrimitive, tagSimple, r.Password, ""))
	return marshal(r.ID, op)
}

// BindResponse says whether a bind succeeded: RFC 4511 §4.2.2.
//
//	BindResponse ::= [APPLICATION 1] SEQUENCE { resultCode ENUMERATED, matchedDN OCTET STRING,
//	                 diagnosticMessage OCTET STRING, referral [3] OPTIONAL, serverSaslCreds [7] OPTIONAL }
type BindResponse struct {
	ID         int64
	Result     Result
	Diagnostic string // for people
}

// Marshal returns the message.
func (r BindResponse) Marshal() []byte { return r.marshal(tagBindResponse) }

// marshal returns the response as that to another operation: all begin alike.
func (r BindResponse) marshal(tag ber.Tag) []byte {
	op := ber.Encode(ber.ClassApplication, ber.TypeConstructed, tag, nil, "")
	op.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, int64(r.Result), ""))
	op.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "", ""))
	op.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, r.Diagnostic, ""))
	return marshal(r.ID, op)
}

func marshal(id int64, op *ber.Packet) []byte {
	m := ber.NewSequence("")
	m.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, id, ""))
	m.AppendChild(op)
	return m.Bytes()
}

// message is a message whose operation has not been looked at.
type message struct {
	id int64
	op *ber.Packet
}

// read reads one message. Errors are a *MessageError, or else the reader's;
// io.EOF if it ended before the message.
func read(in *bufio.Reader) (message, error) {
	if _, err := in.Peek(1); err != nil {
		return message{}, err
	}
	limited := &remembering{Reader: io.LimitReader(in, messageMax)}
	p, err := ber.ReadPacket(limited)
	switch {
	case err != nil && limited.err != nil && limited.err != io.EOF:
		return message{}, limited.err
	case err != nil && limited.err == io.EOF && limited.size < messageMax:
		return message{}, io.ErrUnexpectedEOF
	case err != nil:
		return message{}, malformed("%v", err)
	case !is(p, ber.ClassUniversal, ber.TagSequence) || len(p.Children) < 2:
		return message{}, malformed("got no sequence of a number and an operation")
	}
	id, isNumber := integer(p.Children[0], ber.TagInteger)
	if !isNumber || id < 0 || p.Children[1].ClassType != ber.ClassApplication {
		return message{}, malformed("got no number and operation")
	}
	return message{id, p.Children[1]}, nil
}

// bindRequest returns the bind request of a message. One that wants another way
// to authenticate has the result AuthNotSupported.
func (m message) bindRequest() (BindRequest, Result, error) {
	parts := m.op.Children
	if len(parts) < 3 {
		return BindRequest{}, 0, malformed("bind request: got %d elements, want 3", len(parts))
	}
	version, isNumber := integer(parts[0], ber.TagInteger)
	dn, isText := text(parts[1])
	if !isNumber || !isText || parts[2].ClassType != ber.ClassContext {
		return BindRequest{}, 0, malformed("bind request: got no version, name and authentication")
	}
	r := BindRequest{ID: m.id, Version: version, DN: dn}
	if parts[2].Tag != tagSimple || parts[2].TagType != ber.TypePrimitive {
		return r, AuthNotSupported, nil
	}
	r.Password = parts[2].Data.String()
	return r, Success, nil
}

// bindResponse returns the bind response of a message.
func (m message) bindResponse() (BindResponse, error) {
	parts := m.op.Children
	if m.op.Tag != tagBindResponse || len(parts) < 3 {
		return BindResponse{}, malformed("got operation %d of %d elements, want a bind response", m.op.Tag, len(parts))
	}
	result, isNumber := integer(parts[0], ber.TagEnumerated)
	diagnostic, isText := text(parts[2])
	if !isNumber || !isText {
		return BindResponse{}, malformed("bind response: got no result and diagnostic")
	}
	return BindResponse{ID: m.id, Result: Result(result), Diagnostic: diagnostic}, nil
}

// is reports whether an element has a tag.
func is(p *ber.Packet, class ber.Class, tag ber.Tag) bool {
	return p.ClassType == class && p.Tag == tag
}

// integer returns the number in an element. asn1-ber takes numbers that it
// cannot hold for 0, which would be success.
func integer(p *ber.Packet, tag ber.Tag) (int64, bool) {
	n, isNumber := p.Value.(int64)
	return n, isNumber && is(p, ber.ClassUniversal, tag) && len(p.ByteValue) > 0 && len(p.ByteValue) <= 8
}

// text returns the text in an element.
func text(p *ber.Packet) (string, bool) {
	s, isText := p.Value.(string)
	return s, isText && is(p, ber.ClassUniversal, ber.TagOctetString) && utf8.ValidString(s)
}

// remembering is a reader that knows its last error and how much it has read:
// asn1-ber reports the end of the input and malformed bytes by the same errors.
type remembering struct {
	io.Reader
	err  error
	size int
}

func (r *remembering) Read(b []byte) (int, error) {
	n, err := r.Reader.Read(b)
	r.size += n
	if err != nil {
		r.err = err
	}
	return n, err
}
