# SPDX-License-Identifier: GPL-2.0-or-later
# The threads engine.
target_sources(sched_threads PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/threads.c
  ${CMAKE_CURRENT_LIST_DIR}/threads_assert.c
  ${CMAKE_CURRENT_LIST_DIR}/threads_cpu.c
  ${CMAKE_CURRENT_LIST_DIR}/threads_lock.c
  ${CMAKE_CURRENT_LIST_DIR}/threads_rcu.c
  ${CMAKE_CURRENT_LIST_DIR}/threads_work.c)

if("thread" IN_LIST MM_SANITIZE)
  set(supp ${CMAKE_SOURCE_DIR}/sanitizers/tsan.supp)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${supp})
  file(STRINGS ${supp} MM_TSAN_SUPPRESSIONS REGEX "^[^#]")
  list(JOIN MM_TSAN_SUPPRESSIONS "\\n" MM_TSAN_SUPPRESSIONS)
  configure_file(${CMAKE_SOURCE_DIR}/sanitizers/tsan_suppressions.c.in
                 ${CMAKE_CURRENT_BINARY_DIR}/tsan_suppressions.c @ONLY)
  target_sources(sched_threads PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/tsan_suppressions.c)
  target_include_directories(sched_threads PRIVATE ${CMAKE_SOURCE_DIR}/sanitizers)
endif()

foreach(part threads threads_irq threads_rules)
  mm_unit_test(test_${part} SOURCES ${CMAKE_CURRENT_LIST_DIR}/test/test_${part}.c
               LIBS sched_threads)
endforeach()
if("thread" IN_LIST MM_SANITIZE AND NOT MM_FUZZER)
  # This test is judged itself, and must be heard when a grace period is left out.
  target_compile_options(test_threads PRIVATE -fsanitize=thread)
  target_compile_options(test_threads_irq PRIVATE -fsanitize=thread)
  add_test(NAME test_threads_race COMMAND test_threads race)
  set_tests_properties(test_threads_race PROPERTIES
    PASS_REGULAR_EXPRESSION "WARNING: ThreadSanitizer: data race")

  # Each way to race is reported, and none of their correct twins. ("release" is left to a call by
  # hand: beside other tests it is not always reported within its 10 s.)
  add_executable(race_threads ${CMAKE_CURRENT_LIST_DIR}/test/race_threads.c)
  target_link_libraries(race_threads PRIVATE sched_threads)
  mm_role(race_threads subject)
  foreach(case spinlock flag grace-period callback interrupt-mask work correct)
    add_test(NAME threads_tsan_${case} COMMAND race_threads ${case})
  endforeach()
  add_test(NAME tsan_supp COMMAND ${CMAKE_SOURCE_DIR}/sanitizers/test/supp_test.sh ${supp})
endif()
