package webhook

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"syscall"

	"github.com/orrery-cxm/orrery"
)

// ErrRefused is the code of every refusal of an address.
var ErrRefused = orrery.Denied("webhook.address", "webhooks may not be sent there")

func refuse(say string) error { return orrery.Denied(ErrRefused.Code, say) }

// guard keeps requests out of the brand's own network: an address that comes from a form must not become a way in
// (server-side request forgery).
type guard struct {
	allowPrivate bool
	lookup       func(ctx context.Context, host string) ([]netip.Addr, error)
}

// parse accepts https addresses without a user name, and plain http where private addresses are allowed.
func (g *guard) parse(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return nil, refuse("the address of a webhook is written like https://example.com/hooks")
	}
	if u.User != nil {
		return nil, refuse("the address of a webhook holds no user name or password: requests are signed instead")
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !g.allowPrivate) {
		return nil, refuse(fmt.Sprintf("webhooks are sent over https, not %q", u.Scheme))
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil {
		if err := g.admit(ip); err != nil {
			return nil, err
		}
	}
	return u, nil
}

// resolve gives the addresses of a host, or refuses when any of them is not allowed.
func (g *guard) resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	if ip, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{ip}, g.admit(ip)
	}
	found, err := g.lookup(ctx, host)
	if err != nil {
		return nil, fmt.Errorf("looking up the receiver: %w", err)
	}
	ips := make([]netip.Addr, 0, len(found))
	for _, ip := range found {
		ip = ip.Unmap() // the system's resolver gives IPv4 in this form
		if err := g.admit(ip); err != nil {
			return nil, err
		}
		ips = append(ips, ip)
	}
	if len(ips) == 0 {
		return nil, errors.New("looking up the receiver: it has no address")
	}
	return ips, nil
}

// dial connects to an address that was just admitted, not to a name that may be looked up once more and differ.
func (g *guard) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	ips, err := g.resolve(ctx, host)
	if err != nil {
		return nil, err
	}
	dialer := net.Dialer{Timeout: connectTimeout, Control: g.control}
	for _, ip := range ips {
		var conn net.Conn
		if conn, err = dialer.DialContext(ctx, network, net.JoinHostPort(ip.String(), port)); err == nil {
			return conn, nil
		}
	}
	return nil, err
}

// control is asked by the dialer with the address that it is about to connect to, whatever came before.
func (g *guard) control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return refuse("the receiver's address cannot be read")
	}
	return g.admit(to.Addr())
}

// admit says whether ip may be connected to.
func (g *guard) admit(ip netip.Addr) error {
	switch {
	case ip.Is4In6() || ip.Zone() != "":
		return refuse(fmt.Sprintf("the receiver's address %s is written in a form that hides where it leads", ip))
	case !ip.IsLoopback() && within(ip, never):
		return refuse(fmt.Sprintf("the receiver's address %s is never a receiver's", ip))
	case !g.allowPrivate && within(ip, private):
		return refuse(fmt.Sprintf("the receiver's address %s is not on the public internet", ip))
	}
	return nil
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
