package govern_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/govern"
	"github.com/orrery-cxm/orrery/internal/seal"
)

func good() govern.Key {
	return govern.Key{ID: "key_shop_1", Hash: seal.Hash("secret"), Source: "shop", Trust: orrery.Server, Scopes: []govern.Scope{govern.Write, govern.Read}}
}

func TestAKeyThatCouldDoHarmOrNothingIsRefusedWithWhatWouldBeRight(t *testing.T) {
	for what, c := range map[string]struct {
		spoil func(*govern.Key)
		code  string
		says  string
	}{
		"no source":                   {func(k *govern.Key) { k.Source = "" }, "key.source", `""`},
		"a source with capitals":      {func(k *govern.Key) { k.Source = "Shop" }, "key.source", `"Shop"`},
		"a source that is too long":   {func(k *govern.Key) { k.Source = orrery.SourceName(strings.Repeat("a", 65)) }, "key.source", "lower-case"},
		"no trust":                    {func(k *govern.Key) { k.Trust = 0 }, "key.trust", "public, server, staff"},
		"the trust of the engine":     {func(k *govern.Key) { k.Trust = orrery.Internal }, "key.trust", "public, server, staff"},
		"a region in small letters":   {func(k *govern.Key) { k.Region = "de" }, "key.region", `"de"`},
		"a region of three letters":   {func(k *govern.Key) { k.Region = "DEU" }, "key.region", "two capital letters"},
		"no scopes":                   {func(k *govern.Key) { k.Scopes = nil }, "key.scopes", "missing"},
		"a scope that does not exist": {func(k *govern.Key) { k.Scopes = append(k.Scopes, "everything") }, "key.scopes", "everything"},
		"a public key that reads":     {func(k *govern.Key) { k.Trust = orrery.Public }, "key.scopes", "may only write, not read"},
	} {
		k := good()
		c.spoil(&k)
		e, ok := k.Validate().(*orrery.Error)
		if !ok || e.Kind != orrery.KindInvalid || e.Code != c.code || !strings.Contains(e.Say, c.says) {
			t.Errorf("%s: the answer is %v; it should be refused as %s and say %q", what, e, c.code, c.says)
		}
	}
	for _, k := range []govern.Key{good(), {Source: "web-1", Trust: orrery.Public, Scopes: []govern.Scope{govern.Write}, Region: "AT"},
		{Source: "desk", Trust: orrery.Staff, Scopes: govern.Scopes}} {
		if err := k.Validate(); err != nil {
			t.Errorf("a key of %s is refused: %v", k.Source, err)
		}
	}
}

func TestAPublicKeyMayWriteAndNothingElse(t *testing.T) {
	for _, s := range govern.Scopes {
		k := govern.Key{Source: "web", Trust: orrery.Public, Scopes: []govern.Scope{s}}
		if err := k.Validate(); (err == nil) != (s == govern.Write) {
			t.Errorf("a public key for %s is answered %v", s, err)
		}
	}
}

func TestAKeyMayWhatItsScopesSayUntilItIsRevoked(t *testing.T) {
	k := good()
	for _, s := range govern.Scopes {
		if want := s == govern.Write || s == govern.Read; k.May(s) != want {
			t.Errorf("a key to write and read may %s: %v", s, k.May(s))
		}
	}
	k.Revoked = 1
	for _, s := range govern.Scopes {
		if k.May(s) {
			t.Errorf("a revoked key may %s", s)
		}
	}
	if diff := cmp.Diff(orrery.Actor{Name: "shop", Trust: orrery.Server}, k.Actor()); diff != "" {
		t.Errorf("who acts with the key (-should be +is):\n%s", diff)
	}
}

func TestARingFindsAKeyByItsSecretAlone(t *testing.T) {
	var r govern.Ring
	if r.Find("secret") != nil || len(r.List()) != 0 {
		t.Error("an empty ring has a key")
	}
	other, revoked := good(), good()
	other.ID, other.Hash = "key_care_1", seal.Hash("other secret")
	revoked.ID, revoked.Hash, revoked.Revoked = "key_old", seal.Hash("old secret"), 5
	r.Set([]govern.Key{good(), other, revoked})
	for secret, id := range map[string]string{"secret": "key_shop_1", "other secret": "key_care_1"} {
		if k := r.Find(secret); k == nil || k.ID != id {
			t.Errorf("the secret of %s finds %+v", id, k)
		}
	}
	for what, secret := range map[string]string{"no secret": "", "a wrong one": "Secret", "the hash itself": seal.Hash("secret"), "a revoked one": "old secret", "the id": "key_shop_1"} {
		if k := r.Find(secret); k != nil {
			t.Errorf("%s opens %s", what, k.ID)
		}
	}
	if n := len(r.List()); n != 3 {
		t.Errorf("the list shows %d keys of three: a revoked one is listed too", n)
	}
}

func TestAChangedRingRefusesFromTheNextRequestOn(t *testing.T) {
	var r govern.Ring
	mine := []govern.Key{good()}
	r.Set(mine)
	before := r.Find("secret")
	mine[0].Revoked = 1 // the caller's own list: the ring has a copy
	if r.Find("secret") == nil {
		t.Error("changing a list from outside changes the ring")
	}
	list := r.List()
	list[0].Source = "stolen"
	if r.Find("secret").Source != "shop" {
		t.Error("changing what List gave changes the ring")
	}
	r.Set(mine)
	if r.Find("secret") != nil {
		t.Error("a revoked key is still found")
	}
	if before.Revoked != 0 {
		t.Error("a request under way sees its key change")
	}
}

func TestARingMayBeChangedWhileRequestsAreServed(t *testing.T) {
	var r govern.Ring
	r.Set([]govern.Key{good()})
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 500 {
				if k := r.Find("secret"); k == nil || k.Source != "shop" {
					t.Error("the key is missing while the ring is changed")
					return
				}
				r.Set([]govern.Key{good()})
			}
		})
	}
	all.Wait()
}

// FuzzFind: no secret but the one that was hashed opens anything.
func FuzzFind(f *testing.F) {
	f.Add("")
	f.Add("secret ")
	f.Add(seal.Hash("secret"))
	var r govern.Ring
	r.Set([]govern.Key{good()})
	f.Fuzz(func(t *testing.T, secret string) {
		if k := r.Find(secret); (k != nil) != (secret == "secret") {
			t.Errorf("%q finds %+v", secret, k)
		}
	})
}
