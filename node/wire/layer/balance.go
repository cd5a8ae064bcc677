package layer

import (
	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"github.com/cablepull/cablepull/node/wire/balance"
)

// TypeBalance is gopacket's type of the messages of a self-balancing group.
// Importing this package registers it for their UDP port.
var TypeBalance = gopacket.RegisterLayerType(balance.Port, gopacket.LayerTypeMetadata{
	Name:    "SelfBalance",
	Decoder: gopacket.DecodeFunc(decodeBalance),
})

func init() { layers.RegisterUDPPortLayerType(balance.Port, TypeBalance) }

// Balance is one message of a self-balancing group as a gopacket layer. One of
// Report, Request, Flows and Ack is set. A capture does not say the token, so a
// message of another group, or a forged one, is shown as well.
type Balance struct {
	layers.BaseLayer
	balance.Header
	Report  *balance.Report
	Request *balance.Request
	Flows   *balance.Flows
	Ack     *balance.Ack
	Code    [balance.AuthSize]byte // of authentication
}

// LayerType implements gopacket.Layer.
func (b *Balance) LayerType() gopacket.LayerType { return TypeBalance }

// CanDecode implements gopacket.DecodingLayer.
func (b *Balance) CanDecode() gopacket.LayerClass { return TypeBalance }

// NextLayerType implements gopacket.DecodingLayer: nothing follows.
func (b *Balance) NextLayerType() gopacket.LayerType { return gopacket.LayerTypeZero }

// DecodeFromBytes implements gopacket.DecodingLayer with the errors of
// balance.ParseUnverified.
func (b *Balance) DecodeFromBytes(data []byte, _ gopacket.DecodeFeedback) error {
	m, code, err := balance.ParseUnverified(data)
	if err != nil {
		return err
	}
	*b = Balance{BaseLayer: layers.BaseLayer{Contents: data}, Header: *m.Head(), Code: code}
	switch m := m.(type) {
	case *balance.Report:
		b.Report = m
	case *balance.Request:
		b.Request = m
	case *balance.Flows:
		b.Flows = m
	case *balance.Ack:
		b.Ack = m
	}
	return nil
}

// Authentic reports whether the message was sent by a group with that token.
func (b *Balance) Authentic(token [8]byte) bool {
	_, err := balance.Parse(b.Contents, token)
	return err == nil
}

func decodeBalance(data []byte, p gopacket.PacketBuilder) error {
	b := &Balance{}
	if err := b.DecodeFromBytes(data, p); err != nil {
		return err
	}
	p.AddLayer(b)
	return nil
}
