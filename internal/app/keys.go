package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/govern"
	"github.com/orrery-cxm/orrery/internal/seal"
)

const (
	accessFile = "access.json"
	usesFile   = "access.used.json"
)

// LoadKeys reads the API keys of a workspace directory; none when there is no file yet.
func LoadKeys(dir string) ([]govern.Key, error) {
	b, err := os.ReadFile(filepath.Join(dir, accessFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the API keys: %w", err)
	}
	var keys []govern.Key
	if err := json.Unmarshal(b, &keys); err != nil {
		return nil, fmt.Errorf("reading the API keys in %s: %w", filepath.Join(dir, accessFile), err)
	}
	return keys, nil
}

// loadUses reads on which day each key was last used.
func loadUses(dir string, into *govern.Uses) error {
	b, err := os.ReadFile(filepath.Join(dir, usesFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var days map[string]orrery.Instant
	if err == nil {
		err = json.Unmarshal(b, &days)
	}
	if err != nil {
		return fmt.Errorf("reading when keys were last used: %w", err)
	}
	into.Take(days)
	return nil
}

// saveUses writes it when a key was used for the first time on a day.
func saveUses(dir string, u *govern.Uses) error {
	days := u.Changed()
	if days == nil {
		return nil
	}
	b, err := json.Marshal(days, json.Deterministic(true), jsontext.WithIndent("  "))
	if err == nil {
		err = writeDurably(filepath.Join(dir, usesFile), append(b, '\n'))
	}
	if err != nil {
		return fmt.Errorf("keeping when keys were last used: %w", err)
	}
	return nil
}

// saveKeys writes the API keys: all or none.
func saveKeys(dir string, keys []govern.Key) error {
	b, err := json.Marshal(keys, jsontext.WithIndent("  "))
	if err != nil {
		return fmt.Errorf("encoding the API keys: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making the workspace directory: %w", err)
	}
	return writeDurably(filepath.Join(dir, accessFile), append(b, '\n'))
}

// CreateKey adds a key and returns its secret, which is kept nowhere.
func CreateKey(dir string, k govern.Key, now orrery.Instant) (seal.Secret, *govern.Key, error) {
	if err := k.Validate(); err != nil {
		return seal.Secret{}, nil, err
	}
	keys, err := LoadKeys(dir)
	if err != nil {
		return seal.Secret{}, nil, err
	}
	prefix := "ork_"
	if k.Trust == orrery.Public {
		prefix = "orp_" // public: may stand in a page
	}
	secret := seal.NewSecret(prefix)
	k.ID, k.Hash, k.Created = fmt.Sprintf("key_%s_%d", k.Source, len(keys)+1), seal.Hash(secret.Reveal()), now
	if err := saveKeys(dir, append(keys, k)); err != nil {
		return seal.Secret{}, nil, err
	}
	return secret, &k, nil
}

// RevokeKey ends a key's life.
func RevokeKey(dir, id string, now orrery.Instant) error {
	keys, err := LoadKeys(dir)
	if err != nil {
		return err
	}
	for i := range keys {
		if keys[i].ID == id && keys[i].Revoked == 0 {
			keys[i].Revoked = now
			return saveKeys(dir, keys)
		}
	}
	return orrery.NotFound("key.unknown", fmt.Sprintf("there is no live key %q: list them with orrery key list", id))
}

// workspaceDir is the directory of the workspace that a command names.
func workspaceDir(r *runner) string { return filepath.Join(r.cli.Data, r.cli.Workspace) }
