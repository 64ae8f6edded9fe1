#define WIRE_LABEL "thermometer"
