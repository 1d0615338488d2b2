# SPDX-License-Identifier: GPL-2.0-or-later
# Flavours and roles: which instrumentation each part of the tree is built with.
#
# A *flavour* is chosen by a preset through three cache variables:
#   MM_SANITIZE  list of sanitizers for the whole program, e.g. "address;undefined"
#   MM_FUZZER    "" (replay programs), "libfuzzer", "afl", or "engine": LIB_FUZZING_ENGINE
#   MM_COVERAGE  ON: source-based coverage
# A *role* says what a library is to the sanitizers; see sanitizers/README.md for why.
#   engine   schedules tasks or is hardware to them: never seen by TSan, no coverage
#   harness  judges: as engine
#   subject  is under test: everything
#   parser   harness code that is a fuzz target itself: as engine, with coverage

set(MM_SANITIZE "" CACHE STRING "Sanitizers, a list")
set(MM_FUZZER "" CACHE STRING "Fuzzing engine: empty, libfuzzer, afl or engine")
option(MM_COVERAGE "Source-based coverage" OFF)
option(MM_ACCESS "Loads and stores of subjects are scheduling points" OFF)

set(mm_san_flags "")
foreach(san IN LISTS MM_SANITIZE)
  list(APPEND mm_san_flags -fsanitize=${san})
endforeach()
if(mm_san_flags)
  list(APPEND mm_san_flags -fno-omit-frame-pointer)
endif()
if("undefined" IN_LIST MM_SANITIZE)
  list(APPEND mm_san_flags -fno-sanitize-recover=undefined)
endif()
add_link_options(${mm_san_flags})
if("thread" IN_LIST MM_SANITIZE)
  add_compile_definitions(MM_TSAN)
endif()
if("address" IN_LIST MM_SANITIZE)
  add_compile_definitions(MM_ASAN)
endif()

set(mm_cov_flags "")
if(MM_FUZZER STREQUAL "libfuzzer")
  set(mm_cov_flags -fsanitize=fuzzer-no-link)
endif()

function(mm_role target role)
  set(flags ${mm_san_flags})
  if(NOT role STREQUAL "subject")
    list(REMOVE_ITEM flags -fsanitize=thread)
  endif()
  if(role STREQUAL "subject" OR role STREQUAL "parser")
    list(APPEND flags ${mm_cov_flags})
  elseif("thread" IN_LIST MM_SANITIZE)
    # libc functions are intercepted whoever calls them: no loop may turn into memset().
    list(APPEND flags -fno-builtin)
  endif()
  if(MM_COVERAGE)
    list(APPEND flags -fprofile-instr-generate -fcoverage-mapping)
    target_link_options(${target} PUBLIC -fprofile-instr-generate)
  endif()
  target_compile_options(${target} PRIVATE ${flags})
endfunction()

# mm_unit_test(name engine source... [LIBS lib...]): a cmocka program, run by ctest.
function(mm_unit_test name)
  cmake_parse_arguments(T "" "" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${T_SOURCES})
  target_link_libraries(${name} PRIVATE ${T_LIBS} PkgConfig::CMOCKA)
  mm_role(${name} harness)
  add_test(NAME ${name} COMMAND ${name})
endfunction()
