<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US">
<context>
    <name>Content</name>
    <message numerus="yes">
        <source>Show %Ln new photo(s)</source>
        <translation>
            <numerusform>Show %Ln new photo</numerusform>
            <numerusform>Show %Ln new photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s)</source>
        <translation>
            <numerusform>%Ln photo</numerusform>
            <numerusform>%Ln photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>All %Ln photo(s), best matches first</source>
        <translation>
            <numerusform>%Ln photo</numerusform>
            <numerusform>All %Ln photos, best matches first</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s), best matches first</source>
        <translation>
            <numerusform>%Ln photo</numerusform>
            <numerusform>%Ln photos, best matches first</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s), most similar first</source>
        <translation>
            <numerusform>%Ln photo</numerusform>
            <numerusform>%Ln photos, most similar first</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Failures</name>
    <message numerus="yes">
        <source>%Ln file(s) could not be read</source>
        <translation>
            <numerusform>%Ln file could not be read</numerusform>
            <numerusform>%Ln files could not be read</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Try %Ln file(s) again</source>
        <translation>
            <numerusform>Try %Ln file again</numerusform>
            <numerusform>Try %Ln files again</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FolderCommands</name>
    <message numerus="yes">
        <source>%Ln file(s) indexed.</source>
        <translation>
            <numerusform>%Ln file indexed.</numerusform>
            <numerusform>%Ln files indexed.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PhotoCommands</name>
    <message numerus="yes">
        <source>%Ln path(s) copied.</source>
        <translation>
            <numerusform>%Ln path copied.</numerusform>
            <numerusform>%Ln paths copied.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s) copied.</source>
        <translation>
            <numerusform>%Ln photo copied.</numerusform>
            <numerusform>%Ln photos copied.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Popover</name>
    <message numerus="yes">
        <source>%Ln file(s) not read</source>
        <translation>
            <numerusform>%Ln file not read</numerusform>
            <numerusform>%Ln files not read</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Sidebar</name>
    <message numerus="yes">
        <source>%Ln photo(s)</source>
        <translation>
            <numerusform>%Ln photo</numerusform>
            <numerusform>%Ln photos</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>StatusLine</name>
    <message numerus="yes">
        <source>%Ln photo(s)</source>
        <translation>
            <numerusform>%Ln photo</numerusform>
            <numerusform>%Ln photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln file(s) not read</source>
        <translation>
            <numerusform>%Ln file not read</numerusform>
            <numerusform>%Ln files not read</numerusform>
        </translation>
    </message>
</context>
</TS>
