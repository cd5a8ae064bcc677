package wire

import (
	"errors"
	"testing"
)

func TestParseAuth(t *testing.T) {
	for _, text := range []string{"", "123456789", "0x", "0x58413335", "0x58413335000000zz", "tab\t", "two words", "naïve", "0x+841333500000000"} {
		if got, err := ParseAuth(text); !errors.Is(err, ErrAuth) || got != (Auth{}) {
			t.Errorf("%q: got %v, %v, want ErrAuth", text, got, err)
		}
	}
	for _, tc := range []struct {
		text string
		want Auth
		hex  string
		back string // what String prints
	}{
		{"XA35", AuthDataPower, "0x5841333500000000", "XA35"},
		{"0x5841333500000000", AuthDataPower, "0x5841333500000000", "XA35"},
		{"cisco", AuthCisco, "0x636973636f000000", "cisco"},
		{"12345678", Auth{'1', '2', '3', '4', '5', '6', '7', '8'}, "0x3132333435363738", "12345678"},
		{"0x0000000000000000", Auth{}, "0x0000000000000000", "0x0000000000000000"},
		{"0x0000000000000001", Auth{7: 1}, "0x0000000000000001", "0x0000000000000001"},
		{"0x4100420000000000", Auth{'A', 0, 'B'}, "0x4100420000000000", "0x4100420000000000"},
		{"0x3078410000000000", Auth{'0', 'x', 'A'}, "0x3078410000000000", "0x3078410000000000"},
	} {
		var got Auth
		err := got.UnmarshalText([]byte(tc.text))
		if err != nil || got != tc.want || got.Hex() != tc.hex || got.String() != tc.back {
			t.Errorf("%q: got %v (%s), %v, want %v (%s, %s)", tc.text, got, got.Hex(), err, tc.want, tc.hex, tc.back)
		}
		text, _ := got.MarshalText()
		if back, err := ParseAuth(string(text)); err != nil || back != got {
			t.Errorf("%q: prints as %q, which reads as %v, %v", tc.text, text, back, err)
		}
	}
}

func TestParseMAC(t *testing.T) {
	for _, text := range []string{
		"", "00:00:0c:07:ac", "00:00:0c:07:ac:0", "00:00:0c:07:ac:07:00", "00:00:0c:07:ac:0g",
		"00:00:0c-07:ac:07", "00.00.0c.07.ac.07", "0000:0c07:ac07:00", "00:00:0c:07:ac:+7",
	} {
		if got, err := ParseMAC(text); !errors.Is(err, ErrMAC) || got != (MAC{}) {
			t.Errorf("%q: got %v, %v, want ErrMAC", text, got, err)
		}
	}
	for text, want := range map[string]MAC{
		"00:00:0c:07:ac:07": VirtualMAC(7),
		"00-00-0C-07-AC-FF": VirtualMAC(255),
		"ff:ff:ff:ff:ff:ff": Broadcast,
		"01:00:5e:00:00:02": AllRouters,
	} {
		var got MAC
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%q: got %v, %v, want %v", text, got, err, want)
		}
		if back, err := ParseMAC(got.String()); err != nil || back != got {
			t.Errorf("%v: reads back as %v, %v", got, back, err)
		}
	}
	if !Broadcast.IsMulticast() || !AllRouters.IsMulticast() || VirtualMAC(1).IsMulticast() {
		t.Error("multicast is the lowest bit of the first byte")
	}
	if !(MAC{}).IsZero() || Broadcast.IsZero() {
		t.Error("only 00:00:00:00:00:00 is zero")
	}
}
