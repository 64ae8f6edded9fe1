/* EEPROM: an I2C EEPROM of the policy in the place of a board's own. labels.h says which, and how large it is. */
#pragma once

#include <stddef.h>
#include <stdint.h>

class EEPROMClass;

/* A byte of it, as an element of an array. */
struct EERef {
  int index;
  explicit constexpr EERef(int index) : index(index) {}
  uint8_t operator*() const;
  operator uint8_t() const { return **this; }
  EERef &operator=(const EERef &other) { return *this = *other; }
  EERef &operator=(uint8_t value);
  EERef &update(uint8_t value);
  EERef &operator+=(uint8_t value) { return *this = static_cast<uint8_t>(**this + value); }
  EERef &operator-=(uint8_t value) { return *this = static_cast<uint8_t>(**this - value); }
  EERef &operator++() { return *this += 1; }
  EERef &operator--() { return *this -= 1; }
};

struct EEPtr {
  int index;
  explicit constexpr EEPtr(int index) : index(index) {}
  operator int() const { return index; }
  EERef operator*() const { return EERef(index); }
  EEPtr &operator++() {
    ++index;
    return *this;
  }
  bool operator!=(const EEPtr &other) const { return index != other.index; }
};

class EEPROMClass {
public:
  constexpr EEPROMClass() = default;
  EERef operator[](int index) { return EERef(index); }
  /* 0xff past the end, and where the part does not answer. */
  uint8_t read(int index);
  /* Returns once the part has kept it: it takes up to 5 ms. */
  void write(int index, uint8_t value) { write(index, &value, 1); }
  /* Writes only what is another value than the one kept. */
  void update(int index, uint8_t value) {
    if (read(index) != value) write(index, value);
  }
  uint16_t length() const;
  EEPtr begin() const { return EEPtr(0); }
  EEPtr end() const { return EEPtr(length()); }

  template <class T>
  T &get(int index, T &value) {
    read(index, reinterpret_cast<uint8_t *>(&value), sizeof value);
    return value;
  }
  template <class T>
  const T &put(int index, const T &value) {
    const uint8_t *bytes = reinterpret_cast<const uint8_t *>(&value);
    for (size_t i = 0; i < sizeof value; i++) update(index + static_cast<int>(i), bytes[i]);
    return value;
  }

  /* Of cores whose EEPROM is a copy in memory: here every write is kept at once. */
  void begin(size_t) {}
  bool commit() { return true; }

private:
  bool ready();
  void read(int index, uint8_t *into, size_t count);
  void write(int index, const uint8_t *from, size_t count);

  uint32_t handle = 0;
  bool open = false;
};

extern EEPROMClass EEPROM;

inline uint8_t EERef::operator*() const { return EEPROM.read(index); }
inline EERef &EERef::operator=(uint8_t value) {
  EEPROM.write(index, value);
  return *this;
}
inline EERef &EERef::update(uint8_t value) {
  EEPROM.update(index, value);
  return *this;
}
