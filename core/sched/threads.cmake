# SPDX-License-Identifier: GPL-2.0-or-later
# The threads engine.
target_sources(sched_threads PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/threads.c
  ${CMAKE_CURRENT_LIST_DIR}/threads_assert.c
  ${CMAKE_CURRENT_LIST_DIR}/threads_cpu.c
  ${CMAKE_CURRENT_LIST_DIR}/threads_lock.c
  ${CMAKE_CURRENT_LIST_DIR}/threads_rcu.c
  ${CMAKE_CURRENT_LIST_DIR}/threads_work.c)

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
endif()
