/* Constants in flash: here all memory is the same, and each name is a plain read. */
#pragma once

#include <stdint.h>
#include <string.h>

#define PROGMEM
#define PGM_P const char *
#define PGM_VOID_P const void *
#define PSTR(text) (text)

typedef char prog_char;
typedef uint8_t prog_uint8_t;
typedef int8_t prog_int8_t;
typedef uint16_t prog_uint16_t;
typedef int16_t prog_int16_t;
typedef uint32_t prog_uint32_t;
typedef int32_t prog_int32_t;

/* Libraries hand over addresses of any type, which need not be aligned. */
#define PGM_READ(type, at)                          \
  (__extension__({                                  \
    type value_;                                    \
    memcpy(&value_, (const void *)(at), sizeof value_); \
    value_;                                         \
  }))

#define pgm_read_byte(at) PGM_READ(uint8_t, at)
#define pgm_read_word(at) PGM_READ(uint16_t, at)
#define pgm_read_dword(at) PGM_READ(uint32_t, at)
#define pgm_read_float(at) PGM_READ(float, at)
#define pgm_read_ptr(at) PGM_READ(void *, at)
#define pgm_read_pointer(at) PGM_READ(void *, at)
#define pgm_read_byte_near(at) pgm_read_byte(at)
#define pgm_read_word_near(at) pgm_read_word(at)
#define pgm_read_dword_near(at) pgm_read_dword(at)
#define pgm_read_float_near(at) pgm_read_float(at)
#define pgm_read_ptr_near(at) pgm_read_ptr(at)
#define pgm_read_byte_far(at) pgm_read_byte(at)
#define pgm_read_word_far(at) pgm_read_word(at)
#define pgm_read_dword_far(at) pgm_read_dword(at)
#define pgm_get_far_address(x) ((uint32_t)(uintptr_t)&(x))

#define memcpy_P memcpy
#define memcmp_P memcmp
#define memmove_P memmove
#define memchr_P memchr
#define strlen_P strlen
#define strnlen_P strnlen
#define strcpy_P strcpy
#define strncpy_P strncpy
#define strcat_P strcat
#define strncat_P strncat
#define strcmp_P strcmp
#define strncmp_P strncmp
#define strcasecmp_P strcasecmp
#define strncasecmp_P strncasecmp
#define strchr_P strchr
#define strrchr_P strrchr
#define strstr_P strstr
#define printf_P printf
#define sprintf_P sprintf
#define snprintf_P snprintf
#define vsnprintf_P vsnprintf
#define sscanf_P sscanf
