package layer

import (
	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"github.com/cablepull/cablepull/node/wire/ipvs"
)

// TypeIPVS is gopacket's type of the sync messages of IPVS. Importing this
// package registers it for their UDP port.
var TypeIPVS = gopacket.RegisterLayerType(ipvs.Port, gopacket.LayerTypeMetadata{
	Name:    "IPVSSync",
	Decoder: gopacket.DecodeFunc(decodeIPVS),
})

func init() { layers.RegisterUDPPortLayerType(ipvs.Port, TypeIPVS) }

// IPVS is one sync message of IPVS as a gopacket layer.
type IPVS struct {
	layers.BaseLayer
	ipvs.Sync
}

// LayerType implements gopacket.Layer.
func (s *IPVS) LayerType() gopacket.LayerType { return TypeIPVS }

// CanDecode implements gopacket.DecodingLayer.
func (s *IPVS) CanDecode() gopacket.LayerClass { return TypeIPVS }

// NextLayerType implements gopacket.DecodingLayer: nothing follows.
func (s *IPVS) NextLayerType() gopacket.LayerType { return gopacket.LayerTypeZero }

// DecodeFromBytes implements gopacket.DecodingLayer with the errors of
// ipvs.Parse.
func (s *IPVS) DecodeFromBytes(data []byte, _ gopacket.DecodeFeedback) error {
	sync, err := ipvs.Parse(data)
	if err != nil {
		return err
	}
	*s = IPVS{BaseLayer: layers.BaseLayer{Contents: data}, Sync: sync}
	return nil
}

func decodeIPVS(data []byte, p gopacket.PacketBuilder) error {
	s := &IPVS{}
	if err := s.DecodeFromBytes(data, p); err != nil {
		return err
	}
	p.AddLayer(s)
	return nil
}
