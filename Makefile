# On a fresh Debian 12 with Swift 6.1 or newer, `make demo` and `make test` install what they need themselves.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

PREFIX ?= /usr/local
RELEASE := .build/release
DEBUG := .build/debug
# The build whose binaries the end-to-end tests run.
BUILD ?= debug
# The binary names the commit that it was built from. A cached build manifest would keep the commit of an earlier build.
SWIFT_RELEASE := swift build -c release --static-swift-stdlib --disable-build-manifest-caching
# Without line numbers in backtraces a debug build takes less time.
SWIFT_DEBUG := swift build -debug-info-format none
DEMO := .build/demo
# The demo needs no index, which takes a quarter of the time, and without which the tests cannot be built. The two builds are kept
# apart, because each would make the other one's modules anew.
DEMO_BUILD := .build/for-demo
SWIFT_DEMO := $(SWIFT_DEBUG) --disable-index-store --scratch-path $(DEMO_BUILD)
APT := scripts/apt-install.sh
# The number of tests that run at the same time. Many tests run real servers and depend on the plugin's own time limits, so
# hundreds of them at once would starve each other on a small machine.
TESTS_AT_ONCE ?= 6
WIDTH_OPTION := --experimental-maximum-parallelization-width
# Versions of Swift before 6.3 do not have this option.
WIDTH = $(shell swift test --help-hidden 2>/dev/null | grep -e $(WIDTH_OPTION) >/dev/null && echo $(WIDTH_OPTION) $(TESTS_AT_ONCE))

.DEFAULT_GOAL := help
.PHONY: simulate help build demo test example fuzz sanitize chaos recovery bursts bench bench-check chart monitoring-test deb tarball package-test nginx-test screenshot picture protos check-protos format lint install clean

help: ## Show this list
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

build: packages ## Build the plugin and the sandbox for release, with Swift's libraries linked in
	$(SWIFT_RELEASE) --product teleport-mattermost
	$(SWIFT_RELEASE) --product teleport-mattermost-sandbox

.PHONY: packages
packages:
	@$(APT) openssl pkg-config zlib1g-dev libssl-dev libcurl4-openssl-dev

# The demo and the tests run debug builds, which are made in half the time.
demo: packages ## Run the plugin against the sandbox and print the page's address; Ctrl-C stops both
	@echo "Building the plugin and the sandbox: a few minutes the first time"
	$(SWIFT_DEMO) --product teleport-mattermost
	$(SWIFT_DEMO) --product teleport-mattermost-sandbox
	@scripts/demo.sh $(DEMO_BUILD)/debug $(DEMO)

test: packages check-protos lint ## Set up, build and run every test; BUILD=release runs the release binaries end to end
	@$(APT) chromium chromium-driver binutils testssl.sh
	@[ "$(BUILD)" != release ] || $(MAKE) build
	$(SWIFT_DEBUG) --build-tests
	BUILD=$(BUILD) swift test --skip-build $(WIDTH)

TARGET ?=
SECONDS ?= 60
FUZZ := .build/fuzz
fuzz: ## Fuzz the code that takes bytes from strangers: TARGET=clicks SECONDS=n; MERGE=1 keeps inputs that reach new code
	FUZZ=1 swift build -c release -Xswiftc -g --sanitize address -Xcc -fsanitize=fuzzer-no-link \
		-Xcxx -fsanitize=fuzzer-no-link -Xswiftc -use-ld=lld --scratch-path $(FUZZ) --product fuzz
	MERGE=$(MERGE) scripts/fuzz.sh $(FUZZ)/release/fuzz $(SECONDS) $(TARGET)

SANITIZERS ?= address thread
# Swift's backtrace of a crash takes minutes with the amount of memory that a sanitizer maps.
sanitize: export SWIFT_BACKTRACE := enable=no
# With a sanitizer everything takes ten times as long, but the plugin's own time limits stay the same.
sanitize: TESTS_AT_ONCE := 1
# The test process frees nothing when it exits, which would be reported as leaks. `make fuzz` looks for leaks instead.
sanitize: export ASAN_OPTIONS := detect_leaks=0
sanitize: export TSAN_OPTIONS := suppressions=$(CURDIR)/scripts/thread-sanitizer.supp
sanitize: ## Run the unit tests with AddressSanitizer and with ThreadSanitizer: SANITIZERS=thread runs only one
	for sanitizer in $(SANITIZERS); do \
		swift build --build-tests --sanitize $$sanitizer --scratch-path .build/$$sanitizer; \
		swift test --skip-build --sanitize $$sanitizer --scratch-path .build/$$sanitizer --skip EndToEndTests $(WIDTH); \
	done

SEED ?= $(shell date +%s)
MINUTES ?= 2
FAULTS ?=
chaos: build ## Cause faults at random: SEED=n MINUTES=m; FAULTS=kill,authStop limits them to these faults
	$(SWIFT_DEBUG) --build-tests
	BUILD=release CHAOS_SEED=$(SEED) CHAOS_MINUTES=$(MINUTES) $(if $(FAULTS),CHAOS_FAULTS=$(FAULTS)) swift test --skip-build --filter ChaosTests

ROUNDS ?= 5
recovery: build ## Measure how long the recovery from each fault takes: ROUNDS=n, FAULTS=…
	$(SWIFT_DEBUG) --build-tests
	BUILD=release RECOVERY_ROUNDS=$(ROUNDS) $(if $(FAULTS),CHAOS_FAULTS=$(FAULTS)) swift test --skip-build --filter RecoveryTests

SIMULATE := .build/simulate
simulate: packages ## Run the plugin in simulated worlds: SECONDS=n SEED=n; PROVE=1 builds in faults, EXHAUSTIVE=n tries all orders with n faults
	swift build -c release -Xswiftc -DSIMULATION --static-swift-stdlib --scratch-path $(SIMULATE) --product simulate
	$(SIMULATE)/release/simulate $(if $(EXHAUSTIVE),$(if $(filter command line,$(origin SECONDS)),--seconds $(SECONDS)),--seconds $(SECONDS)) --seed $(if $(filter command line,$(origin SEED)),$(SEED),1) $(if $(PROVE),--prove) \
		$(if $(EXHAUSTIVE),--exhaustive --faults $(EXHAUSTIVE)) $(if $(SWITCHES),--switches $(SWITCHES))

bursts: build ## Measure the time and CPU that thousands of requests at once take: PENDING=n REMOVED=n
	$(SWIFT_DEBUG) --build-tests
	BURSTS=1 BUILD=release swift test --skip-build --filter BurstFigures

bench: build ## Compare the listener with a small Go server in the same run
	@$(APT) golang-go
	$(SWIFT_RELEASE) --product bare-calls
	Benchmarks/run.sh

HOT_PATHS := .build/hot-paths
bench-check: packages ## Count the instructions of the hot paths, and fail if one takes 5 % more than committed; WRITE=1 commits anew
	@$(APT) binutils valgrind
	swift build -c release -Xswiftc -enable-testing --scratch-path $(HOT_PATHS) --product hot-paths
	Benchmarks/check.sh $(HOT_PATHS)/release/hot-paths $(if $(WRITE),--write)

chart: ## Render the Helm chart for ten value sets and validate the objects
	@$(APT) golang-go golang-github-masterminds-sprig-dev golang-gopkg-yaml.v3-dev python3-venv
	Tests/Chart/run.sh

monitoring-test: build ## Test metrics, dashboard and alerts with a Prometheus; each alert fires by a fault
	@$(APT) openssl prometheus python3-venv
	Tests/Monitoring/run.sh $(RELEASE)

deb: build ## Build the Debian package .build/deb/teleport-mattermost_VERSION_ARCH.deb
	@$(APT) binutils dpkg-dev python3
	@rm -rf .build/deb
	scripts/deb.sh $(RELEASE)/teleport-mattermost .build/deb

tarball: build ## Pack .build/teleport-mattermost-VERSION-linux-ARCH.tar.gz, with a script that installs the plugin
	@$(APT) binutils
	@rm -f .build/teleport-mattermost-*.tar.gz
	scripts/tarball.sh $(RELEASE)/teleport-mattermost .build

package-test: deb tarball ## Install, upgrade and purge the package in a Debian 12 without Swift (as root)
	@$(APT) debootstrap iproute2 lintian
	Tests/Package/run.sh $(RELEASE) .build/deb/*.deb .build/teleport-mattermost-*.tar.gz

nginx-test: build ## Run the plugin behind nginx with the files of config/nginx (as root)
	@$(APT) curl iproute2 libnginx-mod-stream nginx-light openssl
	Tests/Nginx/run.sh $(RELEASE)

picture: ## Update the picture of the targets in docs/architecture.md
	@$(APT) jq
	scripts/architecture-picture.sh

screenshot: packages ## Take the README's picture of the demo page
	@$(APT) chromium curl fonts-noto-color-emoji
	$(SWIFT_DEBUG) --product teleport-mattermost
	$(SWIFT_DEBUG) --product teleport-mattermost-sandbox
	PAGE_SIZE=1280,980 scripts/demo.sh $(DEBUG) $(DEMO) scripts/screenshot.sh

EXAMPLE := config/teleport-mattermost.toml
example: ## Write config/teleport-mattermost.toml and the tables of docs/configuration.md from the declarations of the settings
	$(SWIFT_DEBUG) --product teleport-mattermost
	$(DEBUG)/teleport-mattermost configure > $(EXAMPLE).new
	mv $(EXAMPLE).new $(EXAMPLE)
	$(DEBUG)/teleport-mattermost configure --reference > .build/settings.md
	sed -i -e '/^<!-- settings/,/^<!-- end/{/^<!--/!d}' -e '/^<!-- settings/r .build/settings.md' docs/configuration.md

protos: ## Generate the code for Sources/TeleportAPI/Protos
	@$(APT) protobuf-compiler
	Sources/TeleportAPI/generate.sh

check-protos: ## Fail if the protos or the code generated for them were changed without `make protos`
	@diff -u Sources/TeleportAPI/Protos/checksums.txt <(Sources/TeleportAPI/checksums.sh) || \
		{ echo "Run 'make protos' and commit what it writes." >&2; exit 1; }

format: ## Format the sources according to .swift-format
	swift format --in-place --recursive --parallel Package.swift Benchmarks Plugins Sources Tests

lint: ## Fail if `make format` would change anything
	swift format lint --strict --recursive --parallel Package.swift Benchmarks Plugins Sources Tests

install: ## Install the plugin that `make build` built under PREFIX (/usr/local), without its symbols
	@test -x $(RELEASE)/teleport-mattermost || { echo "Run 'make build' first." >&2; exit 1; }
	install -D -s -m 0755 $(RELEASE)/teleport-mattermost $(DESTDIR)$(PREFIX)/bin/teleport-mattermost

clean: ## Remove everything that was built
	rm -rf .build
