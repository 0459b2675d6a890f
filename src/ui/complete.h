/* Completion functions of the command table: see complete_fn. */
#ifndef SIPWHY_UI_COMPLETE_H
#define SIPWHY_UI_COMPLETE_H

#include "ui/command.h"

complete_fn complete_set;    /* settings with their choices */
complete_fn complete_topic;  /* topics of the knowledge base, codes also by their phrase */
complete_fn complete_help;   /* commands, and these topics */
complete_fn complete_list;   /* names of lists */
complete_fn complete_column; /* columns of the list shown */
complete_fn complete_layout; /* a list, then its columns */
complete_fn complete_split;  /* names of splits */
complete_fn complete_theme;  /* themes */
complete_fn complete_map;    /* command names, behind a key */

#endif
