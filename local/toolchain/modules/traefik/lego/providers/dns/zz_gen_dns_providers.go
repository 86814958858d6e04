// Package dns stands in for lego's list of some two hundred DNS services, for which Traefik would carry the libraries of
// every cloud. This platform gets its certificates from the stack file or from cert-manager.
package dns

import (
	"fmt"

	"github.com/go-acme/lego/v5/challenge"
)

// NewDNSChallengeProviderByName refuses every name.
func NewDNSChallengeProviderByName(name string) (challenge.Provider, error) {
	return nil, fmt.Errorf("this build of Traefik has no DNS challenges, and so not %q", name)
}
