package fence

import (
	"errors"
	"net/netip"
	"testing"
)

func TestOnlyAddressesOfThePublicInternetAreAdmitted(t *testing.T) {
	const no, onPremise, public = 0, 1, 2
	for text, want := range map[string]int{
		"93.184.215.14": public, "8.8.8.8": public, "2606:4700::1111": public, "172.32.0.1": public, "100.128.0.1": public, "11.0.0.1": public,
		"127.0.0.1": onPremise, "127.255.0.9": onPremise, "::1": onPremise, "10.1.2.3": onPremise, "172.16.0.1": onPremise,
		"172.31.255.255": onPremise, "192.168.1.1": onPremise, "100.64.0.1": onPremise, "fd12::1": onPremise, "198.18.0.1": onPremise,
		"169.254.169.254": no, "fe80::1": no, "fe80::1%eth0": no, "100.100.100.200": no, "168.63.129.16": no, "fd00:ec2::254": no,
		"0.0.0.0": no, "::": no, "224.0.0.1": no, "ff02::1": no, "255.255.255.255": no, "240.0.0.1": no, "192.0.0.192": no,
		"::ffff:8.8.8.8": no, "::ffff:127.0.0.1": no, "::7f00:1": no, "64:ff9b::7f00:1": no, "2002:7f00:1::": no, "2001:0:1::1": no,
	} {
		for _, allowPrivate := range []bool{false, true} {
			f := Fence{AllowPrivate: allowPrivate}
			admitted := want == public || (want == onPremise && allowPrivate)
			ip := netip.MustParseAddr(text)
			if err := f.admit(ip); (err == nil) != admitted || (err != nil && !errors.Is(err, ErrRefused)) {
				t.Errorf("%s with private addresses allowed %v: %v, want admitted %v", text, allowPrivate, err, admitted)
			}
			if err := f.control("tcp", netip.AddrPortFrom(ip, 443).String(), nil); (err == nil) != admitted {
				t.Errorf("the dialer is let through to %s with private addresses allowed %v: %v, want admitted %v", text, allowPrivate, err, admitted)
			}
		}
	}
}
