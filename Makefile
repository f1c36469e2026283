# kennel's commands. Each sets up what it needs.
.DEFAULT_GOAL := build
.PHONY: setup build demo test test-unit test-tsan test-programs test-fuzz test-long bench lint format clean

DATA ?=
RESULTS := build/test-results

setup:
	@scripts/setup.sh build

build: setup
	@scripts/build.sh release

demo:
	@scripts/setup.sh demo
	@scripts/build.sh release
	@scripts/demo.sh "$(DATA)"

test:
	@scripts/setup.sh test
	@rm -rf $(RESULTS)
	@$(MAKE) --no-print-directory test-unit test-tsan test-programs test-fuzz

# The rooms, one by one, under ASan and UBSan.
test-unit:
	@scripts/build.sh dev
	@GTEST_OUTPUT=xml:$(CURDIR)/$(RESULTS)/ ctest --preset dev

# The rooms with threads again, under ThreadSanitizer.
test-tsan:
	@scripts/build.sh tsan
	@GTEST_OUTPUT=xml:$(CURDIR)/$(RESULTS)/tsan/ ctest --preset tsan

# Whatever starts the programs, on the release build; and what holds the source tree together.
test-programs:
	@scripts/build.sh release
	@.venv/bin/python -m pytest -q -rs --junitxml=$(RESULTS)/programs.xml tests

# Every parser of foreign bytes: a stated minimum of executions each (tests/fuzz/README.md).
test-fuzz:
	@scripts/fuzz.sh

test-long:
	@scripts/setup.sh test
	@scripts/build.sh release
	@KENNEL_LONG=1 .venv/bin/python -m pytest -q -rs tests
	@scripts/fuzz.sh 2000000

bench: build
	@python3 bench/run.py $(ARGS)

lint:
	@scripts/setup.sh test
	@scripts/lint.sh

format:
	@scripts/setup.sh test
	@git ls-files 'src/*.h' 'src/*.cpp' 'tests/*.cpp' 'bench/*.h' 'bench/*.cpp' | xargs .venv/bin/clang-format -i
	@.venv/bin/ruff format -q tests bench scripts

clean:
	rm -rf build
