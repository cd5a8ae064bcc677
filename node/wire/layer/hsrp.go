// Package layer lets gopacket, and with it every tool built on gopacket, decode
// what package wire and the packages below it write.
//
// It owns the layers and their registration. It is separate from package wire
// because gopacket takes 7 ms to initialize, a quarter of the start-up time of
// a node process, and no run needs it.
package layer

import (
	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"github.com/cablepull/cablepull/node/wire"
)

// TypeHSRP is gopacket's type of HSRP. Importing this package registers it for
// UDP port 1985, so that every packet that gopacket decodes from a capture
// includes it.
var TypeHSRP = gopacket.RegisterLayerType(1985, gopacket.LayerTypeMetadata{
	Name:    "HSRP",
	Decoder: gopacket.DecodeFunc(decodeHSRP),
})

func init() { layers.RegisterUDPPortLayerType(wire.Port, TypeHSRP) }

// HSRP is one HSRP version 1 packet as a gopacket layer. Message is set for
// Hello, Coup and Resign, Advertise for Cisco's opcode 3.
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

// DecodeFromBytes implements gopacket.DecodingLayer with the errors of
// wire.ParseMessage and ParseAdvertise.
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
