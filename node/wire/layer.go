package wire

import (
	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// LayerTypeHSRP is how gopacket names our layer. Importing this package is enough: it registers itself for UDP port
// 1985, so that every packet gopacket decodes from a capture shows it.
var LayerTypeHSRP = gopacket.RegisterLayerType(1985, gopacket.LayerTypeMetadata{
	Name:    "HSRP",
	Decoder: gopacket.DecodeFunc(decodeHSRP),
})

func init() { layers.RegisterUDPPortLayerType(Port, LayerTypeHSRP) }

// HSRP is one HSRP version 1 packet as a gopacket layer. Message is set for Hello, Coup and Resign, Advertise for
// Cisco's opcode 3.
type HSRP struct {
	layers.BaseLayer
	Opcode    Opcode
	Message   Message
	Advertise Advertise
}

// LayerType implements gopacket.Layer.
func (h *HSRP) LayerType() gopacket.LayerType { return LayerTypeHSRP }

// CanDecode implements gopacket.DecodingLayer.
func (h *HSRP) CanDecode() gopacket.LayerClass { return LayerTypeHSRP }

// NextLayerType implements gopacket.DecodingLayer: nothing follows.
func (h *HSRP) NextLayerType() gopacket.LayerType { return gopacket.LayerTypeZero }

// DecodeFromBytes implements gopacket.DecodingLayer with the errors of ParseMessage and ParseAdvertise.
func (h *HSRP) DecodeFromBytes(data []byte, _ gopacket.DecodeFeedback) error {
	decoded := HSRP{}
	size := MessageSize
	var err error
	if len(data) >= 2 && Opcode(data[1]) == OpAdvertise {
		size = AdvertiseSize
		decoded.Opcode = OpAdvertise
		decoded.Advertise, err = ParseAdvertise(data)
	} else {
		decoded.Message, err = ParseMessage(data)
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
