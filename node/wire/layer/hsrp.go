// Package layer teaches gopacket, and with it every tool built on gopacket, to decode what package wire writes.
//
// It owns the layer and its registration. It stands apart from package wire because gopacket takes 7 ms to begin with,
// which is a quarter of what a node process needs to start, and nothing of a run asks it.
package layer

import (
	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"github.com/cablepull/cablepull/node/wire"
)

// TypeHSRP is how gopacket names our layer. Importing this package is enough: it registers itself for UDP port
// 1985, so that every packet gopacket decodes from a capture shows it.
var TypeHSRP = gopacket.RegisterLayerType(1985, gopacket.LayerTypeMetadata{
	Name:    "HSRP",
	Decoder: gopacket.DecodeFunc(decodeHSRP),
})

func init() { layers.RegisterUDPPortLayerType(wire.Port, TypeHSRP) }

// HSRP is one HSRP version 1 packet as a gopacket layer. Message is set for Hello, Coup and Resign, Advertise for
// Cisco's opcode 3.
type HSRP struct {
	layers.BaseLayer
	Opcode    wire.Opcode
	Message   wire.Message
	Advertise wire.Advertise
}

// LayerType implements gopacket.Layer.
func (h *HSRP) LayerType() gopacket.LayerType { return TypeHSRP }

// CanDecode implements gopacket.DecodingLayer.
func (h *HSRP) CanDecode() gopacket.LayerClass { return TypeHSRP }

// NextLayerType implements gopacket.DecodingLayer: nothing follows.
func (h *HSRP) NextLayerType() gopacket.LayerType { return gopacket.LayerTypeZero }

// DecodeFromBytes implements gopacket.DecodingLayer with the errors of wire.ParseMessage and ParseAdvertise.
func (h *HSRP) DecodeFromBytes(data []byte, _ gopacket.DecodeFeedback) error {
	decoded := HSRP{}
	size := wire.MessageSize
	var err error
	if len(data) >= 2 && wire.Opcode(data[1]) == wire.OpAdvertise {
		size = wire.AdvertiseSize
		decoded.Opcode = wire.OpAdvertise
		decoded.Advertise, err = wire.ParseAdvertise(data)
	} else {
		decoded.Message, err = wire.ParseMessage(data)
		decoded.Opcode = decoded.Message.Opcode
	}
	if err != nil {
		return err
	}
	decoded.BaseLayer = layers.BaseLayer{Contents: data[:size], Payload: data[size:]}
	*h = decoded
	return nil
}

func decodeHSRP(data []byte, p gopacket.PacketBuilder) error {
	h := &HSRP{}
	if err := h.DecodeFromBytes(data, p); err != nil {
		return err
	}
	p.AddLayer(h)
	return nil
}
