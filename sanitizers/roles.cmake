# SPDX-License-Identifier: GPL-2.0-or-later
# Flavours and roles: the instrumentation of each part of the tree.
#
# A *flavour* is chosen by a preset through three cache variables:
#   MM_SANITIZE  list of sanitizers for the whole program, e.g. "address;undefined"
#   MM_FUZZER    "" (replay programs), "libfuzzer", "afl", or "engine": LIB_FUZZING_ENGINE
#   MM_COVERAGE  ON: source-based coverage with branches and MC/DC
# A *role* decides which instrumentation a library or program gets; README.md gives the reasons.
#   engine   schedules tasks or is their hardware: no TSan, no coverage
#   harness  runs and checks: as engine
#   subject  is under test: all instrumentation
#   parser   harness code that is a fuzz target: as engine, with coverage
#
# OSS-Fuzz sets LIB_FUZZING_ENGINE, CC, CFLAGS and SANITIZER. The first makes "engine" the default
# of MM_FUZZER, CMake uses the next two, and MM_SANITIZE stays empty, since CFLAGS has the flags.

set(mm_fuzzer_default "")
if(DEFINED ENV{LIB_FUZZING_ENGINE})
  set(mm_fuzzer_default "engine")
endif()
set(MM_SANITIZE "" CACHE STRING "Sanitizers, a list")
set(MM_FUZZER "${mm_fuzzer_default}" CACHE STRING "Fuzzing engine: empty, libfuzzer, afl or engine")
option(MM_COVERAGE "Source-based coverage" OFF)
set_property(CACHE MM_FUZZER PROPERTY STRINGS "" libfuzzer afl engine)

set(mm_is_clang OFF)
if(CMAKE_C_COMPILER_ID MATCHES "Clang")
  set(mm_is_clang ON)
endif()

# The tree links some hundred programs: LLVM's linker takes a quarter of the time.
include(CheckLinkerFlag)
check_linker_flag(C -fuse-ld=lld MM_HAVE_LLD)
if(MM_HAVE_LLD)
  add_link_options(-fuse-ld=lld)
endif()

# Check the requirements of each engine early, for readable messages.
if(NOT MM_FUZZER MATCHES "^(|libfuzzer|afl|engine)$")
  message(FATAL_ERROR "MM_FUZZER is '${MM_FUZZER}', expected libfuzzer, afl, engine or nothing")
elseif(MM_FUZZER STREQUAL "libfuzzer" AND NOT mm_is_clang)
  message(FATAL_ERROR "libFuzzer comes with clang; this is ${CMAKE_C_COMPILER}. "
                      "Use -DCMAKE_C_COMPILER=clang-19, or leave MM_FUZZER empty.")
elseif(MM_FUZZER STREQUAL "afl" AND NOT CMAKE_C_COMPILER MATCHES "afl-")
  message(FATAL_ERROR "MM_FUZZER=afl needs -DCMAKE_C_COMPILER=afl-clang-fast (package afl++); "
                      "this is ${CMAKE_C_COMPILER}.")
endif()
if("thread" IN_LIST MM_SANITIZE AND NOT mm_is_clang)
  message(FATAL_ERROR "ThreadSanitizer needs clang here: gcc's runtime is 40 times slower with "
                      "fibers. Use -DCMAKE_C_COMPILER=clang-19.")
endif()
if("thread" IN_LIST MM_SANITIZE AND MM_FUZZER STREQUAL "afl")
  message(FATAL_ERROR "AFL++ with ThreadSanitizer is not offered: use the preset fuzz-tsan.")
endif()
if(MM_FUZZER STREQUAL "engine")
  set(MM_ENGINE "$ENV{LIB_FUZZING_ENGINE}" CACHE STRING "What LIB_FUZZING_ENGINE said")
  if(NOT MM_ENGINE)
    message(FATAL_ERROR "MM_FUZZER=engine, but LIB_FUZZING_ENGINE is not set")
  endif()
  # An engine may be a C++ library, so the C++ compiler links the targets.
  enable_language(CXX)
  if("$ENV{SANITIZER}" STREQUAL "thread")
    message(FATAL_ERROR "SANITIZER=thread instruments every file, and the engine must not be: "
                        "use the preset fuzz-tsan.")
  endif()
endif()

set(mm_san_flags "")
foreach(san IN LISTS MM_SANITIZE)
  list(APPEND mm_san_flags -fsanitize=${san})
endforeach()
if(mm_san_flags)
  # Sanitizers walk the stack by frame pointers: complete stacks in reports.
  list(APPEND mm_san_flags -fno-omit-frame-pointer)
endif()
if("undefined" IN_LIST MM_SANITIZE)
  # Undefined behaviour ends the process, so it is a finding instead of a line of output.
  list(APPEND mm_san_flags -fno-sanitize-recover=undefined)
endif()
add_link_options(${mm_san_flags})
# Programs on fibers use only headers of libbsd and liburcu, and need not link these libraries.
add_link_options(LINKER:--as-needed)
# Without any instrumentation headers may inline code that must not be instrumented
# (core/sched/fibers.h).
if(NOT MM_SANITIZE AND NOT MM_FUZZER AND NOT MM_COVERAGE)
  add_compile_definitions(MM_PLAIN)
endif()
if("thread" IN_LIST MM_SANITIZE)
  add_compile_definitions(MM_TSAN)
endif()
if("address" IN_LIST MM_SANITIZE OR (MM_FUZZER STREQUAL "engine" AND "$ENV{SANITIZER}" STREQUAL
                                                                     "address"))
  add_compile_definitions(MM_ASAN)
endif()

# Coverage flags for the roles with coverage, and flags that keep coverage out of the other roles.
set(mm_cov_flags "")
set(mm_nocov_flags "")
if(MM_FUZZER STREQUAL "libfuzzer")
  set(mm_cov_flags -fsanitize=fuzzer-no-link)
elseif(MM_FUZZER STREQUAL "afl" OR (MM_FUZZER STREQUAL "engine" AND
                                    CMAKE_C_COMPILER MATCHES "afl-"))
  set(mm_nocov_flags --afl-noopt)
elseif(MM_FUZZER STREQUAL "engine" AND mm_is_clang)
  # CFLAGS requests coverage of every file.
  set(mm_nocov_flags -fno-sanitize=fuzzer-no-link)
endif()

# The sanitizers' run-time options, built into every program.
add_library(sanitizer_options OBJECT ${CMAKE_CURRENT_LIST_DIR}/asan_options.c)

# TSan must not report races on libFuzzer's counters: with clang-14 it does, with clang-19 not.
# AFL++ 4.04c in its default instrumentation has the same fault. Both are clean otherwise:
# fuzz-tsan, with clang-19, is the flavour for races.
if("thread" IN_LIST MM_SANITIZE AND MM_FUZZER STREQUAL "libfuzzer")
  if(NOT DEFINED MM_TSAN_PROBE_EXIT)
    try_run(MM_TSAN_PROBE_EXIT MM_TSAN_PROBE_BUILT ${CMAKE_BINARY_DIR}/probe
            ${CMAKE_CURRENT_LIST_DIR}/probe_tsan.c
            COMPILE_DEFINITIONS -fsanitize=thread,fuzzer-no-link -g
            LINK_OPTIONS -fsanitize=thread,fuzzer
            RUN_OUTPUT_VARIABLE mm_probe_output
            COMPILE_OUTPUT_VARIABLE mm_probe_build
            ARGS -runs=1 -seed=1)
  endif()
  if(NOT MM_TSAN_PROBE_BUILT OR NOT MM_TSAN_PROBE_EXIT EQUAL 0)
    message(FATAL_ERROR "ThreadSanitizer, libFuzzer and fibers do not work together with "
                        "${CMAKE_C_COMPILER}: an empty input on two fibers must exit with 0, "
                        "and gave '${MM_TSAN_PROBE_EXIT}'. clang-19 is known to work.\n"
                        "${mm_probe_build}\n${mm_probe_output}")
  endif()
endif()

if(MM_FUZZER STREQUAL "afl")
  find_library(MM_AFL_DRIVER libAFLDriver.a
               PATHS $ENV{AFL_PATH} /usr/lib/afl /usr/local/lib/afl NO_DEFAULT_PATH)
  if(NOT MM_AFL_DRIVER)
    message(FATAL_ERROR "libAFLDriver.a not found in AFL_PATH, /usr/lib/afl, /usr/local/lib/afl: "
                        "it is part of the package afl++")
  endif()
endif()

# mm_role(target role): set the flags of a role; a program also gets the run-time options.
function(mm_role target role)
  if(NOT role MATCHES "^(engine|harness|subject|parser)$")
    message(FATAL_ERROR "mm_role(${target}): '${role}' is no role")
  endif()
  set(flags ${mm_san_flags})
  if(NOT role STREQUAL "subject")
    list(REMOVE_ITEM flags -fsanitize=thread)
  endif()
  if(role STREQUAL "subject" AND "thread" IN_LIST MM_SANITIZE)
    # clang does not instrument accesses wider than 16 bytes, such as four longs read at once.
    list(APPEND flags -fno-vectorize -fno-slp-vectorize)
  endif()
  if(role STREQUAL "subject" OR role STREQUAL "parser")
    list(APPEND flags ${mm_cov_flags})
    if(role STREQUAL "subject" AND mm_cov_flags)
      # libFuzzer traces comparisons to guess magic values. The allocators compare addresses and
      # sizes, which the structural mutator knows; tracing would cost a fifth of the time.
      list(APPEND flags -fno-sanitize-coverage=trace-cmp)
    endif()
  else()
    list(APPEND flags ${mm_nocov_flags})
  endif()
  if(NOT role STREQUAL "subject" AND "thread" IN_LIST MM_SANITIZE)
    # TSan intercepts libc functions for all callers, so no loop may become memset().
    list(APPEND flags -fno-builtin)
  endif()
  if(MM_COVERAGE)
    # MC/DC in addition to branches: a tool to find missing tests.
    list(APPEND flags -fprofile-instr-generate -fcoverage-mapping -fcoverage-mcdc)
    target_link_options(${target} PUBLIC -fprofile-instr-generate)
  endif()
  target_compile_options(${target} PRIVATE ${flags})
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "EXECUTABLE")
    target_link_libraries(${target} PRIVATE sanitizer_options)
  endif()
endfunction()

# mm_unit_test(name [HOST] SOURCES source... LIBS library...): add a cmocka program, which ctest
# runs; HOST: and once more on the host MMU, as name_host (core/machine/test/mmu.h). The fuzzing
# flavours omit it: each of them has a counterpart without a fuzzer (asan, tsan).
function(mm_unit_test name)
  cmake_parse_arguments(T "HOST" "" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${T_SOURCES})
  target_link_libraries(${name} PRIVATE ${T_LIBS} PkgConfig::CMOCKA)
  mm_role(${name} harness)
  if(MM_FUZZER)
    set_target_properties(${name} PROPERTIES EXCLUDE_FROM_ALL ON)
  else()
    add_test(NAME ${name} COMMAND ${name})
  endif()
  if(T_HOST AND NOT MM_FUZZER)
    add_test(NAME ${name}_host COMMAND ${name})
    set_tests_properties(${name}_host PROPERTIES ENVIRONMENT MM_TEST_MMU=host)
  endif()
endfunction()

# mm_fuzz_target(name source...): add a program with LLVMFuzzerTestOneInput() and the main() of the
# flavour, as targets/NAME in the build folder; without a fuzzer it replays files. The caller links
# the allocators under test. MM_FUZZ_TARGETS collects the names.
function(mm_fuzz_target name)
  add_executable(${name} ${ARGN})
  set_property(GLOBAL APPEND PROPERTY MM_FUZZ_TARGETS ${name})
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/targets)
  target_link_libraries(${name} PRIVATE harness_fibers)
  mm_role(${name} harness)
  if(MM_FUZZER STREQUAL "libfuzzer")
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  elseif(MM_FUZZER STREQUAL "afl")
    target_link_libraries(${name} PRIVATE ${MM_AFL_DRIVER})
  elseif(MM_FUZZER STREQUAL "engine")
    separate_arguments(engine UNIX_COMMAND "${MM_ENGINE}")
    target_link_libraries(${name} PRIVATE ${engine})
    set_target_properties(${name} PROPERTIES LINKER_LANGUAGE CXX)
  else()
    target_sources(${name} PRIVATE ${CMAKE_SOURCE_DIR}/targets/replay_main.c)
  endif()
endfunction()
