// Package fence keeps requests to addresses that come from a policy or a form out of the brand's own network: such an address
// must not become a way in (server-side request forgery).
//
// It promises: a connection goes only to an address that was looked at just before, after names were resolved; metadata
// services, link-local and disguised addresses are never let through, private ones only where the policy allows it. It
// never follows a proxy.
package fence

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"syscall"
	"time"

	"github.com/orrery-cxm/orrery"
)

// ErrRefused is the code of every refusal of an address.
var ErrRefused = orrery.Denied("address.refused", "nothing may be sent there")

// connectTimeout bounds connecting to each address of a name.
const connectTimeout = 5 * time.Second

func refuse(say string) error { return orrery.Denied(ErrRefused.Code, say) }

// Fence decides where a request may go. The zero value lets through the public internet over https.
type Fence struct {
	// AllowPrivate lets requests go to loopback and private addresses and over plain HTTP: for receivers on premise.
	AllowPrivate bool
	// Lookup resolves names; nil is the system's resolver.
	Lookup func(ctx context.Context, host string) ([]netip.Addr, error)
}

// Parse accepts https addresses without a user name, and plain http where private addresses are allowed.
func (f *Fence) Parse(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return nil, refuse("an address is written like https://example.com/path")
	}
	if u.User != nil {
		return nil, refuse("an address holds no user name or password")
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !f.AllowPrivate) {
		return nil, refuse(fmt.Sprintf("requests are sent over https, not %q", u.Scheme))
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil {
		if err := f.admit(ip); err != nil {
			return nil, err
		}
	}
	return u, nil
}

// Resolve gives the addresses of a host, or refuses when any of them is not allowed.
func (f *Fence) Resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	if ip, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{ip}, f.admit(ip)
	}
	found, err := f.lookup(ctx, host)
	if err != nil {
		return nil, fmt.Errorf("looking up the receiver: %w", err)
	}
	ips := make([]netip.Addr, 0, len(found))
	for _, ip := range found {
		ip = ip.Unmap() // the system's resolver gives IPv4 in this form
		if err := f.admit(ip); err != nil {
			return nil, err
		}
		ips = append(ips, ip)
	}
	if len(ips) == 0 {
		return nil, errors.New("looking up the receiver: it has no address")
	}
	return ips, nil
}

// Dial connects to an address that was just admitted, not to a name that may be looked up once more and differ.
func (f *Fence) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	ips, err := f.Resolve(ctx, host)
	if err != nil {
		return nil, err
	}
	dialer := net.Dialer{Timeout: connectTimeout, Control: f.control}
	for _, ip := range ips {
		var conn net.Conn
		if conn, err = dialer.DialContext(ctx, network, net.JoinHostPort(ip.String(), port)); err == nil {
			return conn, nil
		}
	}
	return nil, err
}

// control is asked by the dialer with the address that it is about to connect to, whatever came before.
func (f *Fence) control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return refuse("the receiver's address cannot be read")
	}
	return f.admit(to.Addr())
}

// admit says whether ip may be connected to.
func (f *Fence) admit(ip netip.Addr) error {
	switch {
	case ip.Is4In6() || ip.Zone() != "":
		return refuse(fmt.Sprintf("the receiver's address %s is written in a form that hides where it leads", ip))
	case !ip.IsLoopback() && within(ip, never):
		return refuse(fmt.Sprintf("the receiver's address %s is never a receiver's", ip))
	case !f.AllowPrivate && within(ip, private):
		return refuse(fmt.Sprintf("the receiver's address %s is not on the public internet", ip))
	}
	return nil
}

func (f *Fence) lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	if f.Lookup != nil {
		return f.Lookup(ctx, host)
	}
	return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
}

func within(ip netip.Addr, ranges []netip.Prefix) bool {
	for _, r := range ranges {
		if r.Contains(ip) {
			return true
		}
	}
	return false
}

// private are addresses of the own machine or network (IANA special-purpose address registries, RFC 6890).
var private = prefixes(
	"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", // private use
	"127.0.0.0/8", "::1/128", // loopback
	"100.64.0.0/10", // shared by carriers (CGNAT)
	"198.18.0.0/15", // benchmarks
	"fc00::/7",      // unique local
	"fec0::/10",     // site local, deprecated
)

// never are addresses at which no receiver can be: metadata services of clouds, all of link-local, multicast, reserved
// and documentation, and forms of IPv6 that lead to an IPv4 address nobody has looked at.
var never = prefixes(
	"169.254.0.0/16", "fe80::/10", // link local, with the metadata service of most clouds
	"168.63.129.16/32", "100.100.100.200/32", "fd00:ec2::254/128", // metadata: Azure, Alibaba, Amazon over IPv6
	"0.0.0.0/8", "::/96", // "this network", unspecified, IPv4-compatible
	"224.0.0.0/4", "ff00::/8", // multicast
	"240.0.0.0/4",                    // reserved, broadcast
	"192.0.0.0/24", "192.88.99.0/24", // protocol assignments
	"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20", // documentation
	"64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/23", // IPv4 behind NAT64, 6to4, Teredo and other translation
	"100::/64", "5f00::/16", // discard, segment routing
)

func prefixes(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		list[i] = netip.MustParsePrefix(text)
	}
	return list
}
