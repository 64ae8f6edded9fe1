/* Every promise of the library, from C: check READS.wasm WAITS.wasm */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wasm_embedded.h>

#define CHECK(promise)                                             \
  do {                                                             \
    if (!(promise)) {                                              \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #promise); \
      exit(1);                                                     \
    }                                                              \
  } while (0)

static const char policy[] =
    "[i2c.sensor]\nsim = true\nallow = [0x48]\n"
    "[gpio]\nLED = { sim = true, direction = \"output\", initial = \"low\", on-exit = \"low\" }\n";

/* ---- Devices ---- */

typedef struct {
  int32_t answer;
  int calls;
  uint8_t written;
} sensor;

static int32_t transaction(void *context, uint16_t address, bool ten_bit, const WeI2cOperation *operations, size_t count) {
  sensor *s = context;
  s->calls++;
  CHECK(address == 0x48 && !ten_bit && count == 2 && operations[0].write && !operations[1].write);
  s->written = operations[0].bytes[0];
  memcpy(operations[1].bytes, "ok", operations[1].len);
  return s->answer;
}

typedef struct {
  bool levels[8];
  size_t count;
  WeStop *stop;
} led;

static int32_t set(void *context, bool high) {
  led *l = context;
  if (l->count < 8) l->levels[l->count++] = high;
  return WE_ERROR_NONE;
}

static void *stop_later(void *stop) {
  we_stop_request(stop);
  return NULL;
}

/* As soon as the guest drives the LED, another thread stops it. */
static int32_t set_and_stop(void *context, bool high) {
  led *l = context;
  if (high) {
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, stop_later, l->stop) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
  }
  return set(context, high);
}

static size_t heard;
static void hear(void *context, const WeMessage *message) {
  CHECK(context == &heard);
  if (message->kind == WE_SAID_STDOUT) heard += message->text_len;
}

/* ---- Promises ---- */

static void a_guest_uses_a_table_of_functions(const char *reads) {
  sensor s = {0};
  const WeI2c table = {.transaction = transaction};
  const WeOptions options = {.hear = hear, .hear_context = &heard};
  WeHost *host;
  WeEnd *end;
  char *why;
  CHECK(we_host_new("check.toml", policy, &host, &why) == WE_RESULT_OK && why == NULL);
  CHECK(we_host_i2c(host, "sensor", &table, &s, NULL) == WE_RESULT_OK);
  CHECK(we_run_file(host, reads, &options, &end, &why) == WE_RESULT_OK);
  size_t len;
  const uint8_t *said = we_end_stdout(end, &len);
  CHECK(len == 2 && memcmp(said, "ok", 2) == 0 && heard == 2);
  CHECK(we_end_ending(end) == WE_ENDING_STATUS && we_end_status(end) == 0);
  CHECK(s.calls == 1 && s.written == 7);
  CHECK(strcmp(we_end_message(end), "the guest ended with status 0") == 0);
  we_end_free(end);

  /* The same host again, with a device that does not answer. */
  s.answer = WE_ERROR_NO_ACK_ADDRESS;
  CHECK(we_run_file(host, reads, NULL, &end, &why) == WE_RESULT_OK);
  CHECK(we_end_ending(end) == WE_ENDING_STATUS && we_end_status(end) == 1 && s.calls == 2);
  said = we_end_stdout(end, &len);
  CHECK(len == 0 && said == NULL);
  we_end_free(end);

  /* Numbers that stand for no error are errors all the same. */
  const int32_t others[] = {-1, 99, INT32_MIN, INT32_MAX};
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
    s.answer = others[i];
    CHECK(we_run_file(host, reads, NULL, &end, &why) == WE_RESULT_OK && we_end_status(end) == 1);
    we_end_free(end);
  }
  we_host_free(host);
}

static void a_time_out_and_a_stop_leave_outputs_safe(const char *waits) {
  led l = {.stop = we_stop_new()};
  const WePin timed = {.set = set}, stopped = {.set = set_and_stop};
  const WeOptions late = {.timeout_ns = 5000000}, stoppable = {.stop = l.stop};
  WeHost *host;
  WeEnd *end;
  CHECK(we_host_new("check.toml", policy, &host, NULL) == WE_RESULT_OK);
  CHECK(we_host_output(host, "LED", &timed, &l, NULL) == WE_RESULT_OK);
  CHECK(we_run_file(host, waits, &late, &end, NULL) == WE_RESULT_OK);
  CHECK(we_end_ending(end) == WE_ENDING_TIMEOUT && we_end_at_ns(end) >= 5000000);
  /* Low at first, high by the guest, low at its end. */
  CHECK(l.count == 3 && !l.levels[0] && l.levels[1] && !l.levels[2]);
  we_end_free(end);
  we_host_free(host);

  l.count = 0;
  CHECK(we_host_new("check.toml", policy, &host, NULL) == WE_RESULT_OK);
  CHECK(we_host_output(host, "LED", &stopped, &l, NULL) == WE_RESULT_OK);
  CHECK(we_run_file(host, waits, &stoppable, &end, NULL) == WE_RESULT_OK);
  CHECK(we_end_ending(end) == WE_ENDING_STOPPED && l.count == 3 && !l.levels[2]);
  we_end_free(end);
  we_host_free(host);
  we_stop_free(l.stop);
}

static void what_is_wrong_is_said_in_words(const char *reads) {
  WeHost *host = NULL;
  WeEnd *end = NULL;
  char *why;
  CHECK(we_host_new("bad.toml", "[i2c.sensor]\nalow = 1\n", &host, &why) == WE_RESULT_POLICY && host == NULL);
  CHECK(strstr(why, "bad.toml") != NULL);
  we_string_free(why);
  CHECK(we_host_load("/nowhere/board.toml", &host, &why) == WE_RESULT_POLICY && strstr(why, "/nowhere/board.toml") != NULL);
  we_string_free(why);

  CHECK(we_host_new("check.toml", policy, &host, &why) == WE_RESULT_OK);
  const WeI2c table = {.transaction = transaction};
  CHECK(we_host_i2c(host, "other", &table, NULL, &why) == WE_RESULT_OK);
  CHECK(we_run_file(host, reads, NULL, &end, &why) == WE_RESULT_POLICY && strstr(why, "`other`") != NULL);
  we_string_free(why);
  we_host_free(host);

  CHECK(we_host_new("check.toml", policy, &host, &why) == WE_RESULT_OK);
  CHECK(we_run(host, (const uint8_t *)"nothing", 7, NULL, &end, &why) == WE_RESULT_COMPONENT && why != NULL);
  we_string_free(why);
  CHECK(we_run_file(host, "/nowhere/guest.wasm", NULL, &end, &why) == WE_RESULT_FILE && strstr(why, "/nowhere/guest.wasm") != NULL);
  we_string_free(why);
  CHECK(we_run(host, NULL, 5, NULL, &end, &why) == WE_RESULT_ARGUMENT && strcmp(why, "component is a null pointer") == 0);
  we_string_free(why);
  /* A table without its function: the guest learns that the hardware cannot do it. */
  const WeI2c empty = {0};
  CHECK(we_host_i2c(host, "sensor", &empty, NULL, NULL) == WE_RESULT_OK);
  CHECK(we_run_file(host, reads, NULL, &end, NULL) == WE_RESULT_OK && we_end_status(end) == 1);
  we_end_free(end);
  we_host_free(host);
}

static void null_pointers_are_refused(void) {
  CHECK(we_host_new(NULL, NULL, NULL, NULL) == WE_RESULT_ARGUMENT);
  CHECK(we_host_load(NULL, NULL, NULL) == WE_RESULT_ARGUMENT);
  CHECK(we_host_i2c(NULL, NULL, NULL, NULL, NULL) == WE_RESULT_ARGUMENT);
  CHECK(we_host_spi(NULL, NULL, NULL, NULL, NULL) == WE_RESULT_ARGUMENT);
  CHECK(we_host_output(NULL, NULL, NULL, NULL, NULL) == WE_RESULT_ARGUMENT);
  CHECK(we_host_input(NULL, NULL, NULL, NULL, NULL) == WE_RESULT_ARGUMENT);
  CHECK(we_host_io(NULL, NULL, NULL, NULL, NULL) == WE_RESULT_ARGUMENT);
  CHECK(we_host_pwm(NULL, NULL, NULL, NULL, NULL) == WE_RESULT_ARGUMENT);
  CHECK(we_host_adc(NULL, NULL, NULL, NULL, NULL) == WE_RESULT_ARGUMENT);
  CHECK(we_host_uart(NULL, NULL, NULL, NULL, NULL) == WE_RESULT_ARGUMENT);
  CHECK(we_run(NULL, NULL, 0, NULL, NULL, NULL) == WE_RESULT_ARGUMENT);
  CHECK(we_run_file(NULL, NULL, NULL, NULL, NULL) == WE_RESULT_ARGUMENT);
  CHECK(we_end_ending(NULL) == WE_ENDING_HOST && we_end_status(NULL) == 0 && we_end_at_ns(NULL) == 0);
  CHECK(*we_end_message(NULL) == 0 && *we_end_log(NULL) == 0);
  CHECK(we_end_stdout(NULL, NULL) == NULL && we_end_stderr(NULL, NULL) == NULL);
  we_stop_request(NULL);
  we_stop_free(NULL);
  we_end_free(NULL);
  we_host_free(NULL);
  we_string_free(NULL);
}

int main(int count, char **arguments) {
  CHECK(count == 3);
  a_guest_uses_a_table_of_functions(arguments[1]);
  a_time_out_and_a_stop_leave_outputs_safe(arguments[2]);
  what_is_wrong_is_said_in_words(arguments[1]);
  null_pointers_are_refused();
  puts(we_version());
  return 0;
}
