// Command orrery is the product: one binary to serve, to look, and to operate. See orrery --help.
package main

import (
	"os"

	"github.com/orrery-cxm/orrery/internal/app"
)

func main() { os.Exit(app.Main(os.Args[1:], os.Stdout, os.Stderr)) }
