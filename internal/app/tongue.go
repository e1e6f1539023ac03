package app

import (
	"cmp"
	"os"
	"strings"

	"github.com/orrery-cxm/orrery/internal/i18n"
)

// tongue is the language in which a command says what happened.
type tongue struct {
	Language string `help:"Language of the sentences: en, zh-Hans, zh-Hant or ar. Without it, that of the environment (LC_ALL, LC_MESSAGES, LANG)." enum:"en,zh-Hans,zh-Hant,ar," default:"" env:"ORRERY_LANGUAGE"`
}

// lang is the spoken language that was asked for, or the one that fits the environment best.
func (t tongue) lang() string {
	if t.Language != "" {
		return t.Language
	}
	locale := cmp.Or(os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG"))
	locale, _, _ = strings.Cut(locale, ".") // zh_TW.UTF-8
	locale, _, _ = strings.Cut(locale, "@")
	return i18n.Match(strings.ReplaceAll(locale, "_", "-"))
}
