package ads

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/orrery-cxm/orrery"
)

// Platform is an advertising platform.
type Platform string

const (
	Google Platform = "google" // Customer Match
	Meta   Platform = "meta"   // Custom Audiences
	X      Platform = "x"      // Custom Audiences
)

// Valid says whether p is a platform that this package knows.
func (p Platform) Valid() error {
	if len(Columns(p)) == 0 {
		return orrery.Invalid("ads.platform", fmt.Sprintf("%q is no known advertising platform: it is google, meta or x", string(p)))
	}
	return nil
}

// Person is what is known of a person, as it was collected. Everything may be empty.
type Person struct {
	Emails      []string
	Phones      []string // E.164, or as dialled inside Country
	FirstName   string
	LastName    string
	Country     string // ISO 3166-1 alpha-2, "US"
	Postcode    string
	City        string
	State       string // for the United States and Canada its two letters, "CA"
	Birth       string // "1985-04-23", or a year alone
	Gender      string // "f", "m", "female" or "male"; anything else is left out
	ExternalID  string // the brand's own id of the person
	MobileAdIDs []string
	Handles     []string // names on X, with or without @
}

// Column is one column of what a platform takes.
type Column struct {
	Name string // as the platform's upload knows it
	Form Form
}

// Form is how a value is given to a platform.
type Form uint8

const (
	Hashed Form = iota + 1 // lower-case hex of SHA-256
	Open                   // as it is, and it names nobody: a country, a postcode
	Raw                    // as it is, although it names a person: only ever sent, never kept
)

// field is a column and how it is filled from a person. Several values go into several rows; the value of a field that
// a person has only once goes into every row.
type field struct {
	Column
	once func(Person) string
	many func(Person) []string
	name bool // one half of a full name
}

// fields lists what a platform takes. Sources: Google Data Manager API, "Format user data" (an address needs first name,
// last name, country and postcode together; own ids and mobile ids are lists of another kind, not mixed with these);
// Meta Marketing API, "Customer information parameters"; X Ads API, "Custom Audiences user data".
func fields(p Platform) []field {
	one := func(name string, form Form, once func(Person) string) field {
		return field{Column: Column{name, form}, once: once}
	}
	several := func(name string, form Form, many func(Person) []string) field {
		return field{Column: Column{name, form}, many: many}
	}
	halfName := func(name string, once func(Person) string) field {
		return field{Column: Column{name, Hashed}, once: once, name: true}
	}
	emails := func(f func(string) string) func(Person) []string {
		return func(w Person) []string { return each(w.Emails, f) }
	}
	switch p {
	case Google:
		return []field{
			several("Email", Hashed, emails(googleEmail)),
			several("Phone", Hashed, phones),
			halfName("First Name", wholeAddress(func(w Person) string { return googleName(w.FirstName) })),
			halfName("Last Name", wholeAddress(func(w Person) string { return googleName(w.LastName) })),
			one("Country", Open, wholeAddress(func(w Person) string { return upper(country(w)) })),
			one("Zip", Open, wholeAddress(func(w Person) string { return trim(w.Postcode) })),
		}
	case Meta:
		return []field{
			several("email", Hashed, emails(plainEmail)),
			several("phone", Hashed, metaPhones),
			halfName("fn", func(w Person) string { return metaName(w.FirstName) }),
			halfName("ln", func(w Person) string { return metaName(w.LastName) }),
			one("ct", Hashed, func(w Person) string { return metaPlace(w.City) }),
			one("st", Hashed, func(w Person) string { return metaPlace(w.State) }),
			one("zip", Hashed, metaPostcode),
			one("country", Hashed, country),
			one("doby", Hashed, func(w Person) string { year, _, _ := birth(w.Birth); return year }),
			one("dobm", Hashed, func(w Person) string { _, month, _ := birth(w.Birth); return month }),
			one("dobd", Hashed, func(w Person) string { _, _, day := birth(w.Birth); return day }),
			one("gen", Hashed, gender),
			one("extern_id", Raw, func(w Person) string { return trim(w.ExternalID) }),
			several("madid", Raw, func(w Person) []string { return each(w.MobileAdIDs, lower) }),
		}
	case X:
		return []field{
			several("email", Hashed, emails(plainEmail)),
			several("phone_number", Hashed, phones),
			several("handle", Hashed, func(w Person) []string { return each(w.Handles, handle) }),
			several("device_id", Hashed, func(w Person) []string { return each(w.MobileAdIDs, lower) }),
		}
	}
	return nil
}

// Columns lists what a platform takes, in the order of [Rows]; nil for a platform that is not known.
func Columns(p Platform) []Column { return columns(fields(p)) }

// KeptColumns are the columns that may be kept: all but [Raw] ones, in the order of [KeptRows].
func KeptColumns(p Platform) []Column { return columns(kept(p)) }

func columns(all []field) []Column {
	var list []Column
	for _, f := range all {
		list = append(list, f.Column)
	}
	return list
}

func kept(p Platform) []field {
	return slices.DeleteFunc(fields(p), func(f field) bool { return f.Form == Raw })
}

// Rows is a person as rows of a platform's columns: as many rows as the person has e-mail addresses, phone numbers or
// other repeated fields. It is nil for a person whom the platform could not find: that takes one of these, the brand's
// own id, or a full name.
func Rows(p Platform, who Person) [][]string { return rows(fields(p), who) }

// KeptRows is a person as rows of what may be kept: nothing in it names anybody to a reader. It is nil for a person
// whom the platform could not find by that alone.
func KeptRows(p Platform, who Person) [][]string { return rows(kept(p), who) }

func rows(all []field, who Person) [][]string {
	values := make([][]string, len(all))
	height, name := 0, 0
	for c, f := range all {
		if f.many != nil {
			values[c] = f.many(who)
			height = max(height, len(values[c]))
		} else if v := f.once(who); v != "" {
			values[c] = []string{v}
			if f.name {
				name++
			}
			if f.Form == Raw || name == 2 {
				height = max(height, 1)
			}
		}
	}
	if height == 0 {
		return nil
	}
	rows := make([][]string, height)
	for i := range rows {
		rows[i] = make([]string, len(all))
		for c, f := range all {
			at := i
			if f.once != nil {
				at = 0
			}
			if at < len(values[c]) {
				rows[i][c] = f.Form.of(values[c][at])
			}
		}
	}
	return rows
}

func (f Form) of(v string) string {
	if f != Hashed {
		return v
	}
	sum := sha256.Sum256([]byte(v))
	return hex.EncodeToString(sum[:])
}
