# The front door. Each target is one line into scripts/ or xtask.
.PHONY: help run test lint fmt codegen conformance fuzz kernel-matrix soak package clean

help:     ## what can be made
	@grep -E '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/'

run:      ## install what is missing, build, start, simulate an attack, print its incident (ONCE=1 stops there)
	@scripts/run

test:     ## everything: lints, Rust tests, console tests, browser tests
	@scripts/test

lint:     ## formatting, clippy, layering, tidiness, derived files, console lint
	@scripts/lint

fmt:      ## format the Rust code
	@cargo fmt --all

codegen:  ## derive rows, reference pages, protocol and API contract
	@cargo xtask codegen

conformance: ## compare with other people's rules and queries, where they are at hand
	@scripts/conformance

fuzz:     ## feed every parser of outside bytes with made-up input, ten seconds each
	@scripts/fuzz

kernel-matrix: ## boot Debian's kernels in QEMU and play the sensor's kernel tests on each
	@scripts/kernel-matrix

soak:     ## a sensor under load, its server away half of the time: memory, spool, and whether everything is there or counted
	@scripts/soak

package:  ## the two programs, optimised, in dist/
	@scripts/package

clean:    ## remove what was built
	@cargo clean; rm -rf console/dist console/dist-embed
