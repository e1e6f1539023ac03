package ads_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orrery-cxm/orrery/internal/ads"
)

func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// cell is one value of a person's only row.
func cell(t *testing.T, p ads.Platform, who ads.Person, column string) string {
	t.Helper()
	rows := ads.Rows(p, who)
	if len(rows) == 0 {
		return ""
	}
	for i, c := range ads.Columns(p) {
		if c.Name == column {
			return rows[0][i]
		}
	}
	t.Fatalf("%s has no column %s", p, column)
	return ""
}

// Vectors with their hash typed in are those of the platforms' own documentation: Google Data Manager API (Format user
// data), Meta (Customer information parameters), X (Custom Audiences user data).
func TestEachPlatformGetsTheHashOfItsOwnDocumentation(t *testing.T) {
	gmail := ads.Person{Emails: []string{"cloudy.sanfrancisco+shopping@gmail.com"}}
	nyc := ads.Person{Emails: []string{"user.name+NYC@Example.com"}}
	free := ads.Person{Phones: []string{"(800)555-0100"}, Country: "US"}
	named := func(first string) ads.Person { return ads.Person{FirstName: first, LastName: "x"} }
	for _, c := range []struct {
		platform ads.Platform
		who      ads.Person
		column   string
		want     string
	}{
		{ads.Google, gmail, "Email", "223ebda6f6889b1494551ba902d9d381daf2f642bae055888e96343d53e9f9c4"},
		{ads.Meta, gmail, "email", "8dd4a9bf850242873c14976125edabc35096192b784626a5641a7d2de56e3c1e"},
		{ads.X, gmail, "email", "8dd4a9bf850242873c14976125edabc35096192b784626a5641a7d2de56e3c1e"},
		{ads.Google, nyc, "Email", "f109a2a632fbcea5fc82049f50beed3d8621bf9034399f437fb622222acccdac"},
		{ads.Meta, ads.Person{Emails: []string{" John_Smith@gmail.com "}}, "email", "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f"},
		{ads.Google, free, "Phone", "fb4f73a6ec5fdb7077d564cdd22c3554b43ce49168550c3b12c547b78c517b30"},
		{ads.Meta, free, "phone", "92cfdc5fbcd4a20fbe5d3857af6c1aba31762105bba7f21a17155e920653046c"},
		{ads.Meta, ads.Person{Phones: []string{"(650)555-1212"}, Country: "us"}, "phone", "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176"},
		{ads.Meta, named("Mary"), "fn", "6915771be1c5aa0c886870b6951b03d7eafc121fea0e80a5ea83beb7c449f4ec"},
		{ads.Meta, named("정"), "fn", "8fa8cd9c440be61d0151429310034083132b35975c4bea67fdd74158eb51db14"},
		{ads.Meta, named("Vale\u0301ry"), "fn", "08e1996b5dd49e62a4b4c010d44e4345592a863bb9f8e3976219bac29417149c"},
		{ads.X, ads.Person{Handles: []string{"@AdsAPI"}}, "handle", "49e0be2aeccfb51a8dee4c945c8a70a9ac500cf6f5cb08112575f74db9b1470d"},

		{ads.Google, ads.Person{Emails: []string{" A.B +x\t@ GoogleMail.com"}}, "Email", hash("ab@googlemail.com")},
		{ads.X, free, "phone_number", hash("+18005550100")},
		{ads.X, ads.Person{Phones: []string{"+44 20 7946 0018"}}, "phone_number", hash("+442079460018")},
		{ads.X, ads.Person{MobileAdIDs: []string{"4B61639E-47CC-4056-A16A-C8217E029462"}}, "device_id", hash("4b61639e-47cc-4056-a16a-c8217e029462")},
	} {
		if got := cell(t, c.platform, c.who, c.column); got != c.want {
			t.Errorf("%s %s of %+v is %s, want %s", c.platform, c.column, c.who, got, c.want)
		}
	}
}

func TestAWholePersonFillsEveryColumn(t *testing.T) {
	who := ads.Person{
		Emails: []string{"ann@example.com", "ANN@example.com", "a@b.example"}, Phones: []string{"+16505551212"},
		FirstName: "Mrs. Anne-Marie", LastName: "O'Neil, Jr.", Country: "us", Postcode: "94035-1234", City: "St. Louis", State: "CA",
		Birth: "1985-04-23", Gender: "Female", ExternalID: " c-17 ", MobileAdIDs: []string{"AB-1"}, Handles: []string{"@Ann"},
	}
	for p, want := range map[ads.Platform][][]string{
		ads.Google: {
			{hash("ann@example.com"), hash("+16505551212"), hash("anne-marie"), hash("o'neil"), "US", "94035-1234"},
			{hash("a@b.example"), "", hash("anne-marie"), hash("o'neil"), "US", "94035-1234"},
		},
		ads.Meta: {
			{hash("ann@example.com"), hash("16505551212"), hash("mrs annemarie"), hash("oneil jr"), hash("stlouis"), hash("ca"), hash("94035"), hash("us"), hash("1985"), hash("04"), hash("23"), hash("f"), "c-17", "ab-1"},
			{hash("a@b.example"), "", hash("mrs annemarie"), hash("oneil jr"), hash("stlouis"), hash("ca"), hash("94035"), hash("us"), hash("1985"), hash("04"), hash("23"), hash("f"), "c-17", ""},
		},
		ads.X: {
			{hash("ann@example.com"), hash("+16505551212"), hash("ann"), hash("ab-1")},
			{hash("a@b.example"), "", "", ""},
		},
	} {
		if diff := cmp.Diff(want, ads.Rows(p, who)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", p, diff)
		}
		if err := p.Valid(); err != nil {
			t.Error(err)
		}
	}
	if rows := ads.KeptRows(ads.Meta, who); len(rows[0]) != len(ads.Columns(ads.Meta))-2 || len(ads.KeptColumns(ads.Meta)) != len(rows[0]) {
		t.Errorf("what may be kept for meta has %d columns, want all but the two that are not hashed", len(rows[0]))
	}
	if err := ads.Platform("tiktok").Valid(); err == nil || ads.Rows("tiktok", who) != nil {
		t.Error("an unknown platform is taken")
	}
}

func TestWhatCannotBeNormalisedIsLeftOut(t *testing.T) {
	for _, who := range []ads.Person{
		{},
		{Emails: []string{"", "ann", "@example.com", "ann@", "a@b@c", "  "}},
		{Phones: []string{"", "12", "hello", "0650 555 12"}},
		{FirstName: "Ann", Country: "US", Postcode: "1"},
		{Country: "US", Birth: "1985-04-23", Gender: "f", City: "Paris"},
		{Handles: []string{"@", " "}},
	} {
		for _, p := range []ads.Platform{ads.Google, ads.Meta, ads.X} {
			if rows := ads.Rows(p, who); rows != nil {
				t.Errorf("%s would be sent %v for %+v, in whom there is nothing to find them by", p, rows, who)
			}
		}
	}
	full := ads.Person{Emails: []string{"a@b.example"}, FirstName: "Ann", LastName: "Lee", Country: "US", Postcode: "1"}
	for what, change := range map[string]func(*ads.Person){
		"first name": func(w *ads.Person) { w.FirstName = "" }, "last name": func(w *ads.Person) { w.LastName = " " },
		"country": func(w *ads.Person) { w.Country = "USA" }, "postcode": func(w *ads.Person) { w.Postcode = "" },
	} {
		who := full
		change(&who)
		if diff := cmp.Diff([][]string{{hash("a@b.example"), "", "", "", "", ""}}, ads.Rows(ads.Google, who)); diff != "" {
			t.Errorf("without %s an address counts for nothing at Google (-want +got):\n%s", what, diff)
		}
	}
	who := ads.Person{ExternalID: "c-1", MobileAdIDs: []string{"ab"}}
	if ads.KeptRows(ads.Meta, who) != nil || ads.Rows(ads.Meta, who) == nil {
		t.Error("a person known only by ids that are not hashed is sent to meta, but never kept")
	}
	for text, want := range map[string]string{"1985": hash("1985"), "23.04.1985": "", "1785-01-01": "", "1985-13-01": ""} {
		if got := cell(t, ads.Meta, ads.Person{Emails: []string{"a@b.c"}, Birth: text}, "doby"); got != want {
			t.Errorf("the year of birth %q becomes %q, want %q", text, got, want)
		}
	}
}

func TestHashedColumnsHoldNothingButHashes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SampledFrom([]string{"", "a", "Ann@Example.com", "+16505551212", "US", "1985-04-23", "f", "Zoë", " x ", "\xff", "@"})
		some := rapid.SliceOfN(text, 0, 3)
		who := ads.Person{
			Emails: some.Draw(t, "emails"), Phones: some.Draw(t, "phones"), FirstName: text.Draw(t, "first"), LastName: text.Draw(t, "last"),
			Country: text.Draw(t, "country"), Postcode: text.Draw(t, "zip"), City: text.Draw(t, "city"), State: text.Draw(t, "state"),
			Birth: text.Draw(t, "birth"), Gender: text.Draw(t, "gender"), ExternalID: text.Draw(t, "ext"), MobileAdIDs: some.Draw(t, "ids"), Handles: some.Draw(t, "handles"),
		}
		for _, p := range []ads.Platform{ads.Google, ads.Meta, ads.X} {
			for _, row := range ads.Rows(p, who) {
				for i, c := range ads.Columns(p) {
					if b, err := hex.DecodeString(row[i]); c.Form == ads.Hashed && row[i] != "" && (err != nil || len(b) != 32) {
						t.Fatalf("%s column %s holds %q", p, c.Name, row[i])
					}
				}
			}
		}
	})
}

func TestAListIsNamedByANeutralCode(t *testing.T) {
	for _, name := range []string{"X-01", "L7", "SUP-12", "ABCD-999999"} {
		if err := ads.CheckListName(name); err != nil {
			t.Errorf("the neutral code %s is refused: %v", name, err)
		}
	}
	for _, name := range []string{
		"", "X", "01", "x-01", "X-01 ", "X--1", "ABCDE-1", "X-1234567", "spring offer",
		"HIV-1", "IVF-2", "DEBT-1", "SAD-3", "ANGR-1", "complaints-2026", "Bereaved people", "pregnancy", "low_income", "投诉-1", "X-01\n",
	} {
		if err := ads.CheckListName(name); !errors.Is(err, ads.ErrListName) {
			t.Errorf("the list name %q is taken: %v", name, err)
		}
	}
}

func BenchmarkRows(b *testing.B) {
	who := ads.Person{Emails: []string{"ann@example.com"}, Phones: []string{"+16505551212"}, FirstName: "Ann", LastName: "Lee", Country: "US", Postcode: "94035"}
	for b.Loop() {
		ads.Rows(ads.Meta, who)
	}
}
