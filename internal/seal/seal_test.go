package seal_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/seal"
	"pgregory.net/rapid"
)

func master(b byte) (m [seal.MasterSize]byte) {
	for i := range m {
		m[i] = b
	}
	return m
}

// Computed apart from this code, by RFC 5869 and FIPS 180-4 in another language. Everything stored depends on them: if this test fails, the change would make every known person a stranger.
func TestHashesOfAMasterNeverChange(t *testing.T) {
	k := seal.New(master(1))
	message, erasure := k.MessageKey("website", "m-1"), k.Erasure("email", "ann@example.com")
	derived := k.Derive("x")
	for what, pair := range map[string][2]string{
		"identifier":      {fmt.Sprintf("%016x", k.Identifier("email", "ann@example.com")), "d2fcc8a83637acfe"},
		"long identifier": {fmt.Sprintf("%016x", k.Identifier("email", strings.Repeat("a", 1000))), "50794bf48a8e1b84"},
		"message":         {fmt.Sprintf("%x", message), "2a871f7153a3c36eb7c4e80e1cc194c8"},
		"erasure":         {fmt.Sprintf("%x", erasure), "97bbbe906d7a9c271b7df927da986feb33e4a6cc677fdffeba0b109138f4d70b"},
		"derived":         {fmt.Sprintf("%x", derived), "41d731428abfe4aacd023de8f6cf480d39e1a8ddc67f34464b6ca2ec4018c44a"},
		"fingerprint":     {k.Fingerprint(), "d00fc11ef3810e1d"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("the %s hash of a known master is %s, and everything stored was written with %s", what, pair[0], pair[1])
		}
	}
}

func TestIdentifiersDifferByKeyNamespaceAndValueAndAreNeverZero(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := seal.New([seal.MasterSize]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "master")))
		short := rapid.StringN(0, 4, 300)
		ns, value := short.Draw(t, "ns"), short.Draw(t, "value")
		ns2, value2 := short.Draw(t, "ns2"), short.Draw(t, "value2")
		if cut := rapid.IntRange(0, len(ns)).Draw(t, "cut"); rapid.Bool().Draw(t, "move letters over") {
			ns2, value2 = ns[:cut], ns[cut:]+value
		}
		same := ns == ns2 && value == value2
		if k.Identifier(ns, value) == 0 {
			t.Fatalf("an identifier is 0, which means nobody")
		}
		if got := k.Identifier(ns, value) == k.Identifier(ns2, value2); got != same {
			t.Fatalf("(%q, %q) and (%q, %q): equal identifiers %v, want %v", ns, value, ns2, value2, got, same)
		}
		if got := k.MessageKey(ns, value) == k.MessageKey(ns2, value2); got != same {
			t.Fatalf("(%q, %q) and (%q, %q): equal message keys %v, want %v", ns, value, ns2, value2, got, same)
		}
		if got := k.Erasure(ns, value) == k.Erasure(ns2, value2); got != same {
			t.Fatalf("(%q, %q) and (%q, %q): equal erasure hashes %v, want %v", ns, value, ns2, value2, got, same)
		}
	})
	a, b := seal.New(master(1)), seal.New(master(2))
	if a.Identifier("email", "x") == b.Identifier("email", "x") || a.MessageKey("s", "x") == b.MessageKey("s", "x") || a.Erasure("email", "x") == b.Erasure("email", "x") {
		t.Error("two workspaces know a person under the same hash, so one could look the other's people up")
	}
}

func TestNamingAnIdentifierDoesNotAllocate(t *testing.T) {
	k := seal.New(master(1))
	value := strings.Repeat("a", 100)
	if n := testing.AllocsPerRun(100, func() { k.Identifier("email", value); k.MessageKey("website", value) }); n != 0 {
		t.Errorf("it allocates %v times; it is done for every identifier of every event", n)
	}
}

func TestTheKeyFileIsMadeOnceForItsOwnerOnlyAndOpensAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), seal.FileName)
	prints := make([]string, 8)
	var all sync.WaitGroup
	for i := range prints {
		all.Go(func() {
			k, err := seal.Open(path)
			if err != nil {
				t.Errorf("opening: %v", err)
				return
			}
			prints[i] = k.Fingerprint()
		})
	}
	all.Wait()
	for _, p := range prints {
		if p != prints[0] || len(p) != 16 {
			t.Fatalf("openers at the same moment got different keys: %v", prints)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key file has mode %v, want 0600 (%v)", info.Mode(), err)
	}
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
		t.Errorf("%d files are left in the directory, want the key file alone", len(entries))
	}
	other, err := seal.Open(filepath.Join(t.TempDir(), "k"))
	if err != nil || other.Fingerprint() == prints[0] {
		t.Errorf("another workspace got the same keys (%v)", err)
	}
}

func TestKeysCanBeExportedAndAKeyFileIsNeverReplaced(t *testing.T) {
	k := seal.New(master(3))
	path := filepath.Join(t.TempDir(), "exported")
	if err := k.Save(path); err != nil {
		t.Fatal(err)
	}
	back, err := seal.Load(path)
	if err != nil || back.Identifier("a", "b") != k.Identifier("a", "b") || back.MessageKey("a", "b") != k.MessageKey("a", "b") {
		t.Errorf("exported keys come back different (%v)", err)
	}
	if err := seal.New(master(4)).Save(path); !errors.Is(err, seal.ErrExists) {
		t.Errorf("a key file was replaced: %v", err)
	}
	if _, err := seal.Load(path + "x"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing key file gives %v, want fs.ErrNotExist", err)
	}
}

func TestADamagedOrExposedKeyFileIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "k")
	if err := seal.New(master(3)).Save(path); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for at := range whole {
		if whole[at] == '\n' {
			continue
		}
		broken := bytes.Clone(whole)
		broken[at] ^= 1
		if err := os.WriteFile(path, broken, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := seal.Open(path); !errors.Is(err, seal.ErrDamaged) {
			t.Fatalf("byte %d was changed and the keys were taken: %v", at, err)
		}
	}
	for _, text := range []string{"", string(whole[:20]), string(whole) + "x"} {
		os.WriteFile(path, []byte(text), 0o600)
		if _, err := seal.Open(path); !errors.Is(err, seal.ErrDamaged) {
			t.Errorf("a key file of %d bytes was taken: %v", len(text), err)
		}
	}
	os.WriteFile(path, whole, 0o600)
	os.Chmod(path, 0o604)
	if _, err := seal.Open(path); !errors.Is(err, seal.ErrExposed) {
		t.Errorf("a key file that everybody may read was taken: %v", err)
	}
}

func TestASecretIsNotShownByAccident(t *testing.T) {
	s := seal.NewSecret("ork_")
	k := seal.New(master(9))
	if !strings.HasPrefix(s.Reveal(), "ork_") || len(s.Reveal()) != 30 || s.Reveal() == seal.NewSecret("ork_").Reveal() {
		t.Fatalf("a new secret should be ork_ and 26 letters that never come twice, is %q", s.Reveal())
	}
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))
	logger.Info("x", "secret", s, "keys", k)
	type config struct{ Key, hidden seal.Secret }
	c := config{s, s}
	logger.Info("x", "config", c)
	text, err := json.Marshal(map[string]any{"s": s, "c": c, "k": k})
	if err != nil {
		t.Fatal(err)
	}
	shown := log.String() + string(text) + fmt.Sprint(s, &s, c, &c, k, *k) + fmt.Sprintf("%v %+v %#v %s %q %x %d", c, c, c, s, s, s, s) + fmt.Sprintf("%#v %s %x", k, k, k)
	if strings.Contains(shown, s.Reveal()[4:]) || strings.Contains(shown, fmt.Sprintf("%x", s.Reveal())) {
		t.Errorf("a secret is shown: %s", shown)
	}
	if strings.Contains(shown, "9 9 9 9") || strings.Contains(shown, "0909") {
		t.Errorf("keys are shown: %s", shown)
	}
	var read seal.Secret
	if err := read.UnmarshalText([]byte(" abc\n")); err != nil || read.Reveal() != "abc" || read.Empty() || !(seal.Secret{}).Empty() {
		t.Errorf("a secret in a file is read as %q (%v)", read.Reveal(), err)
	}
}

func TestAnAPIKeyIsKnownByItsHash(t *testing.T) {
	key := seal.NewSecret("ork_").Reveal()
	hash := seal.Hash(key)
	// FIPS 180-2, appendix B.1: the hash of "abc".
	if got := seal.Hash("abc"); got != "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Errorf("the hash of abc is %s", got)
	}
	if !seal.Verify(key, hash) {
		t.Error("a key is not known by its own hash")
	}
	for _, wrong := range []string{"", key, hash[:len(hash)-1], hash + "0", seal.Hash(key + "x")} {
		if seal.Verify(key, wrong) {
			t.Errorf("a key is taken for another's hash %q", wrong)
		}
	}
}

func TestATokenOpensForItsPurposeUntilItExpires(t *testing.T) {
	k := seal.New(master(1))
	rapid.Check(t, func(t *rapid.T) {
		payload := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "payload")
		expires := orrery.Instant(rapid.Int64Range(1, 1<<45).Draw(t, "expires"))
		token := k.SignToken("survey", payload, expires)
		if got, err := k.OpenToken("survey", token, expires-1); err != nil || !bytes.Equal(got, payload) {
			t.Fatalf("a good token opens as %x (%v), want %x", got, err, payload)
		}
		if _, err := k.OpenToken("survey", token, expires); !errors.Is(err, seal.ErrExpiredToken) {
			t.Fatalf("an expired token gives %v", err)
		}
		if _, err := k.OpenToken("unsubs", token, 0); !errors.Is(err, seal.ErrForgedToken) {
			t.Fatalf("a token for one thing opened another: %v", err)
		}
		if _, err := seal.New(master(2)).OpenToken("survey", token, 0); !errors.Is(err, seal.ErrForgedToken) {
			t.Fatalf("another workspace's token was taken: %v", err)
		}
		at := rapid.IntRange(0, len(token)-1).Draw(t, "changed letter")
		broken := []byte(token)
		broken[at] = rapid.SampledFrom([]byte("Ax_-.0=\n ")).Draw(t, "letter")
		if _, err := k.OpenToken("survey", string(broken), 0); string(broken) != token && !errors.Is(err, seal.ErrForgedToken) && !errors.Is(err, seal.ErrNoToken) {
			t.Fatalf("a changed token was taken: %v", err)
		}
	})
	forever := k.SignToken("p", nil, 0)
	if _, err := k.OpenToken("p", forever, 1<<50); err != nil {
		t.Errorf("a token without expiry has expired: %v", err)
	}
	for _, text := range []string{"", "o1.", "hello", "o2." + forever[3:], forever[:len(forever)-4], forever + "=", forever[:9] + "\n" + forever[9:], "o1." + strings.Repeat("A", 10_000)} {
		if _, err := k.OpenToken("p", text, 0); !errors.Is(err, seal.ErrNoToken) && !errors.Is(err, seal.ErrForgedToken) {
			t.Errorf("%.40q was taken for a token: %v", text, err)
		}
	}
	if _, err := k.OpenToken("p", "hello", 0); !errors.Is(err, seal.ErrNoToken) {
		t.Errorf("what is no token at all gives %v, want ErrNoToken", err)
	}
}

func FuzzOpenTokenTakesOnlyWhatWasSigned(f *testing.F) {
	k := seal.New(master(1))
	f.Add(k.SignToken("p", []byte("x"), 5))
	f.Add("o1.AAAAAAAAAAA")
	f.Fuzz(func(t *testing.T, token string) {
		payload, err := k.OpenToken("p", token, 0)
		if err == nil && k.SignToken("p", payload, 5) != token && k.SignToken("p", payload, 0) != token {
			t.Fatalf("%q opens and was never signed", token)
		}
	})
}

func BenchmarkIdentifier(b *testing.B) {
	k := seal.New(master(1))
	b.ReportAllocs()
	for b.Loop() {
		k.Identifier("email", "ann.example@example.com")
	}
}

func BenchmarkMessageKey(b *testing.B) {
	k := seal.New(master(1))
	b.ReportAllocs()
	for b.Loop() {
		k.MessageKey("website", "ajs-next-1700000000000-0a1b2c3d-4e5f")
	}
}
