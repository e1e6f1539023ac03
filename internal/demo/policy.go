package demo

import (
	_ "embed"
	"strings"
)

//go:embed policy.yaml
var policyText string

// Workspace is the name of the brand's workspace.
const Workspace = "northline"

// Policy is the brand's policy: receiver is the address of the [Receiver], secret the file with its signing secret.
func Policy(receiver, secret string) string {
	return strings.NewReplacer("{{receiver}}", receiver, "{{secret}}", strings.ReplaceAll(strings.ReplaceAll(secret, `\`, `\\`), `"`, `\"`)).Replace(policyText)
}
